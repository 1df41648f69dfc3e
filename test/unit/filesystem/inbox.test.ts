import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFilesystemAdapter } from '../../../adapters/filesystem/filesystem-adapter.ts';
import { createFolderHandover } from '../../../adapters/filesystem/inbox/folder-handover.ts';
import { LedgerSweeper } from '../../../adapters/filesystem/inbox/ledger-sweeper.ts';
import { systemClock } from '../../../src/clock.ts';
import { GatewayError } from '../../../src/errors.ts';
import type { Handover } from '../../../src/index.ts';
import { handedMessage, hostOf, openFilesApplication, OWNER } from '../../setup/files-application.ts';
import type { FilesApplication } from '../../setup/files-application.ts';
import { dienst, gemeente } from '../../setup/msh-contracts.ts';
import { openPair, untilState } from '../../setup/msh-pair.ts';

const STABLE = /^20261122T120001234Z_een@partner\.test_[0-9a-f]{32}$/;
const DAY_MS = 86_400_000;

describe('an inbox of files', () => {
  let at: FilesApplication;
  let handover: Handover;
  beforeEach(() => {
    at = openFilesApplication();
    handover = createFolderHandover({ inbox: at.inbox, layout: 'files' });
  });
  afterEach(() => at.remove());

  it('has the payloads of a message, and a sidecar that says all that is known of it', async () => {
    await handover.deliver(handedMessage({}, ['<a/>', '<b/>']));
    const names = at.received();
    const stable = names.at(-1)?.slice(0, -'.json'.length) ?? '';
    assert.match(stable, STABLE);
    assert.deepEqual(names, [`${stable}.1.xml`, `${stable}.2.xml`, `${stable}.json`]);
    assert.deepEqual([at.read(`${stable}.1.xml`), at.read(`${stable}.2.xml`)], ['<a/>', '<b/>']);
    assert.deepEqual(JSON.parse(at.read(`${stable}.json`)), {
      messageId: 'een@partner.test',
      conversationId: 'zaak-1',
      timestamp: '2026-11-22T12:00:00.000Z',
      receivedAt: '2026-11-22T12:00:01.234Z',
      cpaId: 'cpa-1',
      fromPartyId: 'urn:osb:oin:00000099000000001000',
      fromRole: 'afnemer',
      toPartyId: 'urn:osb:oin:00000099000000002000',
      toRole: 'dienst',
      service: 'urn:osb:services:osb:melding:1.0',
      action: 'melden',
      payloads: ['<a/>', '<b/>'].map((text, index) => ({
        file: `${stable}.${index + 1}.xml`,
        name: `melding-${index + 1}.xml`,
        contentType: 'text/xml',
        size: 4,
        sha256: hash('sha256', text),
      })),
    });
  });

  it('has a folder a message, renamed there at once, where the layout says so', async () => {
    await createFolderHandover({ inbox: at.inbox, layout: 'folder' }).deliver(handedMessage());
    const [stable = '', ...others] = at.received();
    assert.match(stable, STABLE);
    assert.deepEqual(others, []);
    assert.deepEqual(readdirSync(join(at.inbox, stable)).sort(), [`${stable}.1.xml`, `${stable}.json`]);
  });

  for (const layout of ['files', 'folder'] as const) {
    it(`a message that comes again is confirmed and not placed again, also when it was taken (${layout})`, async () => {
      const one = createFolderHandover({ inbox: at.inbox, layout });
      await one.deliver(handedMessage());
      const placed = at.received();
      await one.deliver(handedMessage({ attempt: 2 }));
      assert.deepEqual(at.received(), placed);
      for (const name of placed) renameSync(join(at.inbox, name), join(at.root, name));
      await one.deliver(handedMessage({ attempt: 3 }));
      assert.deepEqual(at.received(), []);
    });

    it(`eight attempts at once, of two gateways, place it once (${layout})`, async () => {
      const both = [0, 1].map(() => createFolderHandover({ inbox: at.inbox, layout }));
      await Promise.all([...both, ...both, ...both, ...both].map((one) => one.deliver(handedMessage())));
      assert.equal(at.received().length, layout === 'files' ? 2 : 1);
      assert.deepEqual(readdirSync(join(at.inbox, '.postiljon', 'staging')), []);
    });
  }

  it('tells messages apart that have one MessageId from two senders, or ids that differ in what no name can hold', async () => {
    for (const more of [
      {},
      { fromPartyId: 'urn:osb:oin:00000099000000003000' },
      { messageId: 'een/1@partner.test' },
      { messageId: 'een:1@partner.test' },
    ])
      await handover.deliver(handedMessage(more));
    assert.equal(at.received().filter((name) => name.endsWith('.json')).length, 4);
  });

  it('places a message without payloads', async () => {
    await handover.deliver(handedMessage({}, []));
    assert.equal(at.received().length, 1);
  });

  it('overwrites nothing: a file that is in the way stays, and the message waits', async () => {
    await handover.deliver(handedMessage());
    const [payload = ''] = at.received();
    for (const name of at.received()) rmSync(join(at.inbox, name));
    rmSync(join(at.inbox, '.postiljon'), { recursive: true });
    writeFileSync(join(at.inbox, payload), 'of somebody else');
    await assert.rejects(handover.deliver(handedMessage()), failed(/is in the way/));
    assert.deepEqual([at.received(), at.read(payload)], [[payload], 'of somebody else']);
    rmSync(join(at.inbox, payload));
    await handover.deliver(handedMessage());
    assert.equal(at.received().length, 2);
  });

  it('that is away is not made anew; what waited is placed when it is there again', async () => {
    renameSync(at.inbox, `${at.inbox}.away`);
    await assert.rejects(handover.deliver(handedMessage()), failed(/is not there/));
    renameSync(`${at.inbox}.away`, at.inbox);
    await handover.deliver(handedMessage());
    assert.equal(at.received().length, 2);
  });

  it('that is no folder says so', async () => {
    rmSync(at.inbox, { recursive: true });
    writeFileSync(at.inbox, '');
    await assert.rejects(handover.deliver(handedMessage()), failed(/is no folder/));
  });

  it('gets nothing of a message whose payload is not what was received', async () => {
    const [payload] = handedMessage().payloads;
    const damaged = handedMessage({
      payloads: payload === undefined ? [] : [{ ...payload, sha256: hash('sha256', '?') }],
    });
    await assert.rejects(handover.deliver(damaged), failed(/is not what was received/));
    assert.deepEqual(at.received(), []);
    assert.deepEqual(readdirSync(join(at.inbox, '.postiljon', 'staging')), []);
  });
});

describe('a gateway with an inbox of files', () => {
  it('hands a message over: it is TAKEN; its place in the ledger goes after a week', async () => {
    const at = openFilesApplication();
    const pair = await openPair(
      { profile: 'osb-rm-s', sync: true },
      {
        routes: [{ from: gemeente.key, to: dienst.key, destination: 'files:zaken' }],
        prepare: (gateway) => {
          const folders = [{ name: 'zaken', inbox: at.inbox, layout: 'files', outbox: undefined } as const];
          createFilesystemAdapter({ folders, owner: OWNER }, hostOf(gateway, systemClock));
        },
      },
    );
    try {
      const octets = Buffer.from('<melding/>');
      const { messageId } = await pair.submit([octets]);
      await untilState(pair.receiver, messageId, 'TAKEN');
      const [payload = '', sidecar = ''] = at.received();
      assert.equal(at.read(payload), '<melding/>');
      const { size, sha256 } = JSON.parse(at.read(sidecar)).payloads[0];
      assert.deepEqual([size, sha256], [octets.length, hash('sha256', octets)]);
      const ledger = join(at.inbox, '.postiljon', 'ledger');
      assert.equal(readdirSync(ledger).length, 1);
      const left = join(at.inbox, '.postiljon', 'staging', 'left-by-a-crash');
      mkdirSync(left);
      const { now } = Date;
      const today = hostOf(pair.receiver.gateway, { now, schedule: () => () => undefined });
      await new LedgerSweeper(at.inbox, today).sweep();
      assert.deepEqual([readdirSync(ledger).length, readdirSync(join(left, '..')).length], [1, 1]);
      const later = hostOf(pair.receiver.gateway, { now: () => now() + 8 * DAY_MS, schedule: () => () => undefined });
      await handOverUnknown(at);
      await new LedgerSweeper(at.inbox, later).sweep();
      assert.deepEqual(readdirSync(join(left, '..')), []);
      // The one that this gateway does not know stays.
      assert.deepEqual(
        readdirSync(ledger).map((name) => name.includes('een@partner.test')),
        [true],
      );
    } finally {
      await pair.close();
      at.remove();
    }
  });
});

async function handOverUnknown(at: FilesApplication): Promise<void> {
  await createFolderHandover({ inbox: at.inbox, layout: 'files' }).deliver(handedMessage());
}

const failed = (detail: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof GatewayError);
  assert.equal(thrown.code, 'HANDOVER_FAILED');
  assert.match(thrown.detail ?? '', detail);
  return true;
};
