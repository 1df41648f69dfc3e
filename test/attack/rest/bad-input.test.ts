import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TERMS, base64, formOf, json, openRestGateway } from '../../unit/rest/rest-gateway.ts';
import type { RestGateway } from '../../unit/rest/rest-gateway.ts';

/** Above what the payload store keeps in memory, so that a payload that is left behind would be a file. */
const LARGE = 'x'.repeat(100_000);

const PART = `--b\r\nContent-Disposition: form-data; name="payload"; filename="a"\r\n\r\n${LARGE}`;

const ENCODED_PART =
  '--b\r\nContent-Disposition: form-data; name="payload"\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==';
const EMPTY_PAYLOAD = { contentType: 'text/xml', content: '' };

const post = (body: string, type = 'application/json'): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': type },
  body,
});
/** An octet of Latin-1 in the ConversationId; with `duplex` its length is not told before. */
const notUtf8 = (more: { readonly duplex?: 'half' }): RequestInit => {
  const body = Buffer.from(JSON.stringify({ ...TERMS, conversationId: 'zaak \u00e9\u00e9n', payloads: [] }), 'latin1');
  return { ...post(''), ...more, body: more.duplex === undefined ? body : new Blob([body]).stream() };
};
const form = (body: FormData): RequestInit => ({ method: 'POST', body });
const multipart = (body: string): RequestInit => post(body, 'multipart/form-data; boundary=b');

const terms = (change: object): RequestInit => post(JSON.stringify({ ...TERMS, payloads: [], ...change }));
const payload = (change: object): RequestInit =>
  terms({ payloads: [{ contentType: 'text/xml', content: base64(LARGE), ...change }] });
const withPart = (name: string, content: string): FormData => {
  const built = formOf(TERMS, [LARGE, 'a.txt']);
  built.append(name, content);
  return built;
};

describe('bad input leaves the store as it was', () => {
  let rest: RestGateway;
  let untouched: unknown;

  before(async () => {
    rest = await openRestGateway();
    const response = await rest.fetch('/api/v1/messages', { method: 'POST', body: formOf(TERMS, [LARGE, 'a.txt']) });
    assert.equal(response.status, 202, 'the honest request');
    await rest.delivered(String((await json(response))['messageId']));
    untouched = await contents();
  });
  after(() => rest.close());

  const contents = async (): Promise<unknown> => ({
    stats: await rest.gateway.stats(),
    events: (await rest.gateway.events.list(0, 1000)).length,
    cpas: rest.gateway.cpas.list().map(({ cpa, active }) => [cpa.cpaId, active]),
    files: filesBelow(join(rest.folder, 'payloads')),
  });

  const cases: readonly [string, () => RequestInit, number][] = [
    ['malformed JSON', () => post('{"cpaId":'), 400],
    ['JSON that is no UTF-8', () => notUtf8({}), 400],
    ['JSON that is no UTF-8, in chunks', () => notUtf8({ duplex: 'half' }), 400],
    ['JSON that is no object', () => post('[]'), 400],
    ['a null', () => post('null'), 400],
    ['no body', () => ({ method: 'POST' }), 400],
    ['plain text', () => post('x', 'text/plain'), 415],
    ['a prototype', () => post('{"__proto__":{"cpaId":"x"}}'), 400],
    ['wrong types', () => terms({ cpaId: 1, from: null, payloads: {} }), 400],
    ['an unknown key', () => terms({ priority: 'high' }), 400],
    ['an unknown key of a payload', () => payload({ path: '/etc/passwd' }), 400],
    ['an empty value', () => terms({ action: '' }), 400],
    ['a value of 10 KB', () => terms({ conversationId: 'x'.repeat(10_000) }), 400],
    ['a line break in a value', () => terms({ conversationId: 'a\r\nb' }), 400],
    ['wrong base64', () => payload({ content: 'a-b_' }), 400],
    ['base64 with a hole', () => payload({ content: `${base64(LARGE)}=` }), 400],
    ['a media type that is none', () => payload({ contentType: 'text/xml\r\nX: y' }), 400],
    ['JSON over the limit', () => payload({ content: base64('x'.repeat(400_000)) }), 413],
    ['an unknown action after the payload', () => form(formOf({ ...TERMS, action: 'nope' }, [LARGE, 'a.txt'])), 422],
    ['two message parts', () => form(withPart('message', JSON.stringify(TERMS))), 400],
    ['an unknown part', () => form(withPart('attachment', LARGE)), 400],
    ['no message part', () => multipart(`${PART}\r\n--b--\r\n`), 400],
    ['a message part that is no JSON', () => form(formOf('{', [LARGE, 'a.txt'])), 400],
    ['a message part with an unknown key', () => form(formOf({ ...TERMS, x: 1 }, [LARGE, 'a.txt'])), 400],
    ['more payloads than the message names', () => form(formOf({ ...TERMS, payloads: [] }, [LARGE, 'a.txt'])), 400],
    ['a multipart body that ends early', () => multipart(PART), 400],
    ['a multipart body without a boundary', () => post(LARGE, 'multipart/form-data'), 400],
    ['a multipart body that is none', () => multipart(LARGE), 400],
    ['an empty multipart body', () => multipart(''), 400],
    [
      'too many parts',
      () => form(formOf(TERMS, ...Array.from({ length: 6 }, (): [string, string] => ['x', 'a']))),
      413,
    ],
    ['too many payloads in JSON', () => terms({ payloads: Array.from({ length: 6 }, () => EMPTY_PAYLOAD) }), 413],
    ['a part with a transfer encoding', () => multipart(`${ENCODED_PART}\r\n--b--\r\n`), 400],
    ['an upload over the limit', () => form(formOf(TERMS, [LARGE.repeat(11), 'a.txt'])), 413],
  ];
  for (const [what, init, status] of cases) {
    it(`${what} is refused with ${status}`, async () => {
      const response = await rest.fetch('/api/v1/messages', init());
      assert.equal(response.headers.get('content-type'), 'application/problem+json');
      assert.equal(response.status, status);
      assert.deepEqual(await contents(), untouched);
    });
  }

  it('an Idempotency-Key with spaces or of 300 characters is refused', async () => {
    for (const key of ['a b', 'k'.repeat(300), '']) {
      const response = await rest.submit({ ...TERMS, payloads: [] }, { 'Idempotency-Key': key });
      assert.equal(response.status, 400);
    }
    assert.deepEqual(await contents(), untouched);
  });

  it('contracts with entities, of 11 MiB, or without a root are refused', async () => {
    const bombs = ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', ' '.repeat(11 * 2 ** 20), '<a/>', '\u0000'];
    for (const body of bombs) {
      const headers = { 'Content-Type': 'text/xml' };
      const response = await rest.fetch('/api/v1/cpas?activate=true', { method: 'POST', headers, body });
      assert.ok([400, 413].includes(response.status), String(response.status));
    }
    assert.deepEqual(await contents(), untouched);
  });

  it('an upload that breaks off in the middle leaves nothing', async () => {
    const abort = new AbortController();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(PART));
        abort.abort();
      },
    });
    const init: RequestInit = { ...multipart(''), body, duplex: 'half', signal: abort.signal };
    await assert.rejects(rest.fetch('/api/v1/messages', init));
    assert.equal((await rest.fetch('/health/ready')).status, 200);
    assert.deepEqual(await contents(), untouched);
  });
});

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
