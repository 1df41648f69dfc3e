import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { verifiedByXmlsec1, xmlsec1 } from '../conformance/xmlsec/xmlsec1.ts';
import { contract, dienst, gemeente } from '../setup/msh-contracts.ts';
import { agreementIn, draft, pack, requireAccepted, sealDraft, withReceiver } from '../setup/msh-partner.ts';
import { withSender } from '../setup/msh-receipts.ts';
import type { Recorded } from '../setup/recording-partner.ts';
import { skipUnless } from '../setup/skip.ts';
import { readPackage } from '../unit/mime/read-package.ts';

const XMLENC = 'http://www.w3.org/2001/04/xmlenc#';
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
/** DigestMethod and SignatureMethod by name. */
const ALGORITHMS = {
  'SHA-256': [`${XMLENC}sha256`, `${MORE}rsa-sha256`],
  'SHA-384': [`${MORE}sha384`, `${MORE}rsa-sha384`],
  'SHA-512': [`${XMLENC}sha512`, `${MORE}rsa-sha512`],
} as const;
type Algorithm = keyof typeof ALGORITHMS;

/** What a document may be: XML with a declaration, text with CRLF, nothing, octets. */
const DOCUMENTS = [
  Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\r\n<a xmlns="urn:a">één &#13;</a>\n'),
  Buffer.from('regel 1\r\nregel 2\n'),
  Buffer.alloc(0),
  randomBytes(70_000),
];

describe('what we send, verified by xmlsec1', () => {
  before(function () {
    skipUnless(this, xmlsec1 !== undefined, 'xmlsec1 is not on PATH');
  });

  for (const profile of ['osb-be-s', 'osb-rm-s'] as const) {
    for (const algorithm of Object.keys(ALGORITHMS).filter(isAlgorithm)) {
      for (const count of [0, 1, 2, 3, 4]) {
        it(`§4.1.3 ${profile}, ${algorithm}, ${count} parts [ebMS2 §4.1.3-1, ebMS2 §4.1.3-4, ebMS2 §4.1.3-9, KVS §4.1.4.1-1, Digikoppeling SIGN002]`, async () => {
          const parts = DOCUMENTS.slice(0, count);
          const { envelope, received } = await sentBy(profile, { algorithm, parts });
          assert.deepEqual(
            received.map(({ body }) => body),
            parts,
          );
          requireAlgorithm(envelope, algorithm);
          const { ok, said } = verifiedByXmlsec1({
            document: envelope,
            parts: received,
            key: gemeente.keys.certificatePem,
          });
          assert.ok(ok, said);
        });
      }
    }
  }

  for (const profile of ['osb-be', 'osb-rm'] as const) {
    it(`§4.1.3 ${profile}: no Signature at all`, async () => {
      const { envelope } = await sentBy(profile, { parts: DOCUMENTS });
      assert.ok(!envelope.includes('Signature'));
    });
  }

  for (const [what, change] of Object.entries({
    'an octet of a part': (one: Sent): Sent => ({
      ...one,
      received: one.received.map(({ contentId, body }) => ({
        contentId,
        body: Buffer.concat([body, Buffer.from(' ')]),
      })),
    }),
    'a character of the header': (one: Sent): Sent => ({
      ...one,
      envelope: Buffer.from(one.envelope.toString().replace('>melden<', '>Melden<')),
    }),
  })) {
    it(`§4.1.3 xmlsec1 would notice ${what}`, async () => {
      const { envelope, received } = change(await sentBy('osb-rm-s', { parts: DOCUMENTS.slice(0, 1) }));
      const run = { document: envelope, parts: received, key: gemeente.keys.certificatePem };
      assert.equal(verifiedByXmlsec1(run).ok, false);
    });
  }

  for (const algorithm of Object.keys(ALGORITHMS).filter(isAlgorithm)) {
    for (const sync of [true, false]) {
      it(`§6.3.2.5 a signed Acknowledgment, ${algorithm}, ${sync ? 'in the answer' : 'by a request of its own'} [ebMS2 §6.3.2.5-1, ebMS2 §4.1.4.2-1, ebMS2 §6.3.1.2-2, KVS §4.1.4.2-1]`, async () => {
        const receipt = await receiptOf(algorithm, sync);
        requireAlgorithm(receipt, algorithm);
        const run = { document: receipt, parts: [], key: dienst.keys.certificatePem };
        const { ok, said } = verifiedByXmlsec1(run);
        assert.ok(ok, said);
        const changed = Buffer.from(receipt.toString().replace(/(<eb:RefToMessageId>)./, '$1_'));
        assert.equal(verifiedByXmlsec1({ ...run, document: changed }).ok, false);
      });
    }
  }
});

interface Sent {
  readonly envelope: Buffer;
  readonly received: readonly { readonly contentId: string; readonly body: Buffer }[];
}

/** Submits to a whole gateway and takes its request off the wire. */
async function sentBy(
  profile: 'osb-be' | 'osb-rm' | 'osb-be-s' | 'osb-rm-s',
  { algorithm = 'SHA-256', parts }: { readonly algorithm?: Algorithm; readonly parts: readonly Buffer[] },
): Promise<Sent> {
  let sent: Sent | undefined;
  await withSender(
    { profile },
    async ({ send, partner }) => {
      await send(parts);
      sent = takeApart(await partner.request(1));
    },
    { cpas: [contractWith(profile, { algorithm })] },
  );
  return sent ?? assert.fail();
}

function takeApart({ headers, body }: Recorded): Sent {
  const contentType = headers['content-type'] ?? '';
  if (!contentType.startsWith('multipart/')) return { envelope: body, received: [] };
  const [root, ...parts] = readPackage(contentType, body);
  return {
    envelope: root?.body ?? assert.fail(),
    received: parts.map(({ contentId, body: octets }) => ({ contentId: contentId ?? '', body: octets })),
  };
}

/** The receipt of a whole gateway for an honest message. */
async function receiptOf(algorithm: Algorithm, sync: boolean): Promise<Buffer> {
  const cpa = contractWith('osb-rm-s', { algorithm, sync });
  let receipt: Buffer | undefined;
  await withReceiver(
    { profile: 'osb-rm-s', sync },
    async ({ here, partner, clock }) => {
      const agreement = agreementIn(cpa);
      const at = { here, partner, clock, agreement };
      const one = draft(at);
      const answer = await requireAccepted(at, pack(await sealDraft(one, agreement), one.parts));
      receipt = sync ? answer.body : (await partner.request(1)).body;
    },
    { cpas: [cpa] },
  );
  return receipt ?? assert.fail();
}

function contractWith(
  profile: 'osb-be' | 'osb-rm' | 'osb-be-s' | 'osb-rm-s',
  { algorithm, sync = false }: { readonly algorithm: Algorithm; readonly sync?: boolean },
): Buffer {
  const [digest, signature] = ALGORITHMS[algorithm];
  const made = Buffer.from(contract({ profile, sync })).toString();
  return Buffer.from(made.replaceAll(`${MORE}rsa-sha256`, signature).replaceAll(`${XMLENC}sha256`, digest));
}

function requireAlgorithm(envelope: Buffer, algorithm: Algorithm): void {
  const [digest, signature] = ALGORITHMS[algorithm];
  const text = envelope.toString();
  assert.ok(text.includes(`<ds:SignatureMethod Algorithm="${signature}">`));
  const digests = new Set([...text.matchAll(/<ds:DigestMethod Algorithm="([^"]*)"/g)].map((match) => match[1]));
  assert.deepEqual(digests, new Set([digest]));
}

function isAlgorithm(name: string): name is Algorithm {
  return name in ALGORITHMS;
}
