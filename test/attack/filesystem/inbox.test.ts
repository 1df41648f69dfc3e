import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createFolderHandover } from '../../../adapters/filesystem/inbox/folder-handover.ts';
import { handedMessage, openFilesApplication } from '../../setup/files-application.ts';

const NAMES = ['../../etc/cron.d/x', '\\\\host\\share\\x', '.bashrc', 'gpj.\u202Eexe', 'CON', 'x'.repeat(5000), 'a\0b'];
const IDS = ['../../x@y', '-rf@y', 'a b\n@y', `${'x'.repeat(250)}@y`, '.@y', 'CON@y', 'é\u202E@y'];
const TYPES = ['application/x-msdownload', 'text/html/../..', '', 'application/x-sh; name=x.sh', '../xml'];

describe('A50 an inbox of files', () => {
  const [one] = handedMessage().payloads;

  for (const name of NAMES) {
    it(`A50 the name ${JSON.stringify(name).slice(0, 30)} of a payload is data only`, async () => {
      const { names, sidecar } = await place({ payloads: one === undefined ? [] : [{ ...one, name }] });
      assert.equal(names.length, 2);
      for (const file of names)
        assert.match(file, /^20261122T120001234Z_een@partner\.test_[0-9a-f]{32}(?:\.1\.xml|\.json)$/);
      assert.equal(JSON.parse(sidecar).payloads[0].name, name);
    });
  }

  for (const messageId of IDS) {
    it(`A50 the MessageId ${JSON.stringify(messageId).slice(0, 30)} makes a harmless name`, async () => {
      const { names, sidecar } = await place({ messageId });
      for (const file of names) {
        assert.match(file, /^20261122T120001234Z_[A-Za-z0-9@._-]{1,80}_[0-9a-f]{32}(?:\.1\.xml|\.json)$/);
        assert.ok(file.length < 200);
      }
      assert.equal(JSON.parse(sidecar).messageId, messageId);
    });
  }

  for (const contentType of TYPES) {
    it(`A50 the type ${JSON.stringify(contentType)} chooses no ending of its own`, async () => {
      const { names } = await place({ payloads: one === undefined ? [] : [{ ...one, contentType }] });
      assert.match(names[0] ?? '', /\.1\.bin$/);
    });
  }
});

async function place(message: Parameters<typeof handedMessage>[0]): Promise<{ names: string[]; sidecar: string }> {
  const at = openFilesApplication();
  try {
    const before = readdirSync(at.root);
    await createFolderHandover({ inbox: at.inbox, layout: 'files' }).deliver(handedMessage(message));
    assert.deepEqual(readdirSync(at.root), before);
    const names = at.received();
    return { names: [...names], sidecar: at.read(names.at(-1) ?? '') };
  } finally {
    at.remove();
  }
}
