import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PartnerTerms } from '../../../src/msh/parts.ts';
import type { OutgoingRequest } from '../../../src/ports/transport.ts';
import { dienst } from '../../setup/msh-contracts.ts';
import {
  type openPair,
  type Pair,
  payloadsOf,
  type Routes,
  untilAttempts,
  untilMessage,
  untilState,
  withPair,
} from '../../setup/msh-pair.ts';

describe('the profiles osb-be-e and osb-rm-e', () => {
  const profiles = [
    ['osb-be-e', false],
    ['osb-rm-e', false],
    ['osb-rm-e', true],
  ] as const;
  for (const [profile, sync] of profiles) {
    it(`Digikoppeling ENC001 ${profile}${sync ? ' sync' : ''}: payloads arrive octet for octet, and travel as EncryptedData [KVS §4.1.4.5-1, Digikoppeling ENC001, Digikoppeling ENC002]`, async () => {
      await withPair({ profile, sync }, async (pair) => {
        const requests = recordRequests(pair);
        const payloads = [randomBytes(10 * 2 ** 20), Buffer.alloc(0), Buffer.from('<melding>één</melding>')];
        const { messageId } = await pair.submit(payloads);
        await untilState(pair.sender, messageId, 'DELIVERED');
        const received = await untilMessage(pair.receiver, messageId, () => true);
        assert.deepEqual(await payloadsOf(pair.receiver, received), payloads);
        assert.deepEqual(
          received.payloads.map(({ contentType, sealed }) => [contentType, sealed]),
          payloads.map(() => ['application/octet-stream', undefined]),
        );
        const [body = Buffer.alloc(0)] = await Promise.all(requests);
        assert.equal(body.includes(payloads[2] ?? ''), false);
        const wire = body.toString('latin1');
        assert.equal(wire.match(/\r\nContent-Type: application\/xml\r\n/g)?.length, payloads.length);
        assert.equal(wire.match(/<xenc:EncryptedData /g)?.length, payloads.length);
        assert.equal(wire.match(/MimeType="application\/octet-stream"/g)?.length, payloads.length);
        for (const { contentId } of received.payloads) assert.ok(wire.includes(`Content-ID: <${contentId}>`));
        assert.deepEqual(readdirSync(join(pair.receiver.folder, 'payloads', 'incoming')), []);
      });
    });
  }

  it('§6.5.4 every attempt carries the same octets, boundary and cipher text included [ebMS2 §6.5.4-1]', async () => {
    await withPair({ profile: 'osb-rm-e' }, async (pair) => {
      const requests = recordRequests(pair, async () => ({
        status: 503,
        contentType: undefined,
        body: Buffer.alloc(0),
      }));
      const { messageId } = await pair.submit([randomBytes(200_000)]);
      await untilAttempts(pair.sender, messageId, 1);
      await pair.restart('sender');
      pair.clock.advance(60_000);
      await untilAttempts(pair.sender, messageId, 2);
      const [first, second] = await Promise.all(requests);
      assert.ok(first !== undefined && second !== undefined && first.length > 200_000);
      assert.equal(Buffer.compare(first, second), 0);
    });
  });

  it('a message without payloads has nothing to encrypt', async () => {
    await withPair({ profile: 'osb-rm-e' }, async (pair) => {
      const { messageId } = await pair.submit([]);
      await untilState(pair.sender, messageId, 'DELIVERED');
      assert.deepEqual((await pair.receiver.gateway.messages.find(messageId)).payloads, []);
    });
  });
});

describe('what payloads are encrypted with', () => {
  const GCM = 'http://www.w3.org/2009/xmlenc11#';
  const CBC = 'http://www.w3.org/2001/04/xmlenc#aes256-cbc';
  const MGF1P = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p';
  const cases: readonly (readonly [string, readonly string[], PartnerTerms['encryption'], readonly string[]])[] = [
    ['the GCM of the contract', [`${GCM}aes128-gcm`], undefined, [`${GCM}aes128-gcm`, MGF1P]],
    ['the first of them that is sent', [CBC, `${GCM}aes256-gcm`], undefined, [`${GCM}aes256-gcm`, MGF1P]],
    [
      'what is set for the partner',
      [CBC],
      { data: 'aes256-gcm', keyTransport: 'rsa-oaep' },
      [`${GCM}aes256-gcm`, `${GCM}rsa-oaep`],
    ],
  ];
  for (const [name, listed, encryption, used] of cases) {
    it(`Digikoppeling ENC003, ENC004 ${name} [Digikoppeling ENC003, Digikoppeling ENC004]`, async () => {
      const partners = new Map([[dienst.key, { allow: [], ...(encryption === undefined ? {} : { encryption }) }]]);
      const more = { partners };
      await withPair(
        naming(...listed),
        async (pair) => {
          const requests = recordRequests(pair);
          const { messageId } = await pair.submit();
          await untilState(pair.sender, messageId, 'DELIVERED');
          const [body = Buffer.alloc(0)] = await Promise.all(requests);
          const text = body.toString('latin1');
          const found = [...text.matchAll(/<xenc:EncryptionMethod Algorithm="([^"]*)"/g)].map((match) => match[1]);
          assert.deepEqual(found, used);
        },
        more,
      );
    });
  }

  it('a contract that names CBC alone is refused at submit, and nothing is left behind', async () => {
    await withPair(naming(CBC), async (pair) => {
      await assert.rejects(pair.submit([randomBytes(100_000)]), { code: 'ENCRYPTION_ALGORITHM', location: 'cpaId' });
      assert.deepEqual((await pair.sender.store.listMessages({ limit: 10 })).items, []);
    });
  });
});

function naming(...uris: readonly string[]): Parameters<typeof openPair>[0] {
  const listed = uris.map(algorithm).join('');
  const edit = (text: string): string =>
    text.replaceAll(/<tns:EncryptionAlgorithm [^]*?<\/tns:EncryptionAlgorithm>/g, listed);
  return { profile: 'osb-be-e', edit };
}

function algorithm(uri: string): string {
  return `<tns:EncryptionAlgorithm>${uri}</tns:EncryptionAlgorithm>`;
}

/** The bodies of all requests to dienst, in their order. */
function recordRequests(pair: Pair, answer?: Parameters<Routes['bend']>[1]): Promise<Buffer>[] {
  const bodies: Promise<Buffer>[] = [];
  pair.routes.bend(dienst.endpoint, async (request, forward) => {
    const body = await bodyOf(request);
    bodies.push(Promise.resolve(body));
    return answer === undefined ? forward({ ...request, body }) : answer(request, forward);
  });
  return bodies;
}

async function bodyOf({ body, contentLength }: OutgoingRequest): Promise<Buffer> {
  const octets = body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat(await body.toArray());
  assert.equal(octets.length, contentLength);
  return octets;
}
