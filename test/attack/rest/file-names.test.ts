import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TERMS, base64, formOf, json, openRestGateway } from '../../unit/rest/rest-gateway.ts';
import type { RestGateway } from '../../unit/rest/rest-gateway.ts';

const LARGE = 'x'.repeat(100_000);

describe('A50 file names of payloads', () => {
  let rest: RestGateway;
  before(async () => {
    rest = await openRestGateway();
  });
  after(() => rest.close());

  const post = (name: string): Promise<Response> =>
    rest.fetch('/api/v1/messages', { method: 'POST', body: formOf(TERMS, [LARGE, name]) });

  it('A50 the name of a part is kept as metadata', async () => {
    for (const name of ['melding.xml', '../../etc/cron.d/x']) {
      const { messageId } = await json(await post(name));
      assert.deepEqual(await storedName(messageId), name);
    }
  });

  for (const name of ['../../etc/cron.d/x', '\\\\host\\share\\x', '.bashrc', '/etc/passwd', 'gpj.\u202Eexe', 'CON']) {
    it(`A50 ${JSON.stringify(name)} is data only: stored under a generated name, given out under a harmless one`, async () => {
      const payloads = [{ name, contentType: 'text/plain', content: base64(LARGE) }];
      const { messageId } = await json(await rest.submit({ ...TERMS, payloads }));
      assert.equal(await storedName(messageId), name);
      const files = readdirSync(join(rest.folder, 'payloads'), { recursive: true, encoding: 'utf8' });
      assert.ok(
        files.every((file) => /^[0-9a-f-]+(?:[/\\][0-9a-f-]+)?$|^incoming/.test(file)),
        files.join(' '),
      );
      const path = `/api/v1/messages/${encodeURIComponent(String(messageId))}/payloads/1?direction=out`;
      const shown = (await rest.fetch(path)).headers.get('content-disposition') ?? '';
      assert.match(
        shown,
        /^attachment; filename="[A-Za-z0-9_ -][A-Za-z0-9._ -]*"; filename\*=UTF-8''[A-Za-z0-9%._~-]+$/,
      );
      assert.doesNotMatch(decodeURIComponent(shown), /\.\.|[/\\]|\u202E/);
    });
  }

  it('A50 names with NUL or line breaks, and names of 5 KB, are refused', async () => {
    for (const name of ['a\u0000b', 'a\tb', 'n'.repeat(5000)]) {
      const response = await post(name);
      assert.deepEqual([response.status, (await json(response))['code']], [400, 'REQUEST_INVALID']);
    }
  });

  async function storedName(messageId: unknown): Promise<string | undefined> {
    const { payloads } = await rest.gateway.messages.find(String(messageId), 'out');
    return payloads[0]?.name;
  }
});
