import assert from 'node:assert/strict';
import { type ClientRequest, request } from 'node:http';
import { draft, pack, type Receiving, requireAccepted, sealDraft, withReceiver } from '../../setup/msh-partner.ts';
import type { RawRequest } from '../../setup/test-gateway.ts';

const KIB = 1024;
/** Of one address. */
const ROOM = 64 * KIB;
/** No room for an envelope beside it. */
const HELD = ROOM - 2 * KIB;

describe('unfinished envelopes of ebMS that hold the memory of an address', () => {
  for (const [what, type, head] of [
    ['a bare envelope', 'text/xml; charset=UTF-8', '<a>'],
    [
      'the root of a package',
      'multipart/related; boundary=b; type="text/xml"',
      '--b\r\nContent-Type: text/xml\r\n\r\n<a>',
    ],
  ] as const) {
    it(`A53 as ${what}: the next gets 503 with Retry-After and leaves no mark; the same octets are taken when they are gone`, () =>
      withReceiver(
        { profile: 'osb-rm-s', sync: true },
        async (at) => {
          const one = draft(at);
          const honest = pack(await sealDraft(one, at.agreement), one.parts);
          const release = hold(at.here.url, { type, head });
          const { status, headers, body } = await untilRefused(at, honest);
          assert.equal(status, 503);
          assert.ok(Number(headers.get('retry-after')) > 0);
          assert.match(body.toString(), /<faultcode>[a-z]+:Server<\/faultcode>/i);
          assert.doesNotMatch(body.toString(), /octets|memory|envelopes/);
          const { messageId } = one.message.header.messageData;
          await assert.rejects(at.here.gateway.messages.find(messageId), { code: 'NOT_FOUND' });
          const [refusal] = (await at.here.store.listRefusals({ limit: 1 })).items;
          assert.equal(refusal?.code, 'BUSY');
          release();
          await untilTaken(at, honest);
          assert.equal((await at.here.gateway.messages.find(messageId)).state, 'RECEIVED');
          const another = draft(at);
          await requireAccepted(at, pack(await sealDraft(another, at.agreement), another.parts));
        },
        { endpointLimits: { maxHeldBytes: 2 * ROOM } },
      ));
  }
});

/** Begins a body and leaves it so, again where another request was there first. Answers what lets go of it. */
function hold(url: string, { type, head }: { readonly type: string; readonly head: string }): () => void {
  const headers = { 'content-type': type, soapaction: '"ebXML"', 'content-length': 900 * KIB };
  let sent: ClientRequest | undefined;
  const begin = (): void => {
    sent?.destroy();
    sent = request(url, { method: 'POST', headers, agent: false })
      .on('error', () => undefined)
      .on('response', begin);
    sent.write(head.padEnd(HELD));
  };
  begin();
  return () => sent?.destroy();
}

/** A message of its own each time, until what is held has come; then `honest`. */
async function untilRefused(at: Receiving, honest: RawRequest): ReturnType<Receiving['here']['post']> {
  for (;;) {
    const probe = draft(at);
    const { status } = await at.here.post(pack(await sealDraft(probe, at.agreement), probe.parts));
    if (status === 503) return at.here.post(honest);
  }
}

/** The partner repeats until there is room. */
async function untilTaken(at: Receiving, honest: RawRequest): Promise<void> {
  while ((await at.here.post(honest)).status === 503);
}
