import assert from 'node:assert/strict';
import { XmlC14NMode, XmlDocument as PeerDocument } from 'libxml2-wasm';
import { parseMessage } from '../../../src/ebms/parse-message.ts';
import { GatewayError } from '../../../src/errors.ts';
import { parseEnvelope } from '../../../src/soap/envelope.ts';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { CanonicalWriter } from '../../../src/xml/canonical-writer.ts';
import { tokenize } from '../../../src/xml/tokenizer.ts';
import { elementsWhere, parseXml, type XmlDocument } from '../../../src/xml/tree.ts';
import { verifyMessage } from '../../unit/xmlsec/signed-message.ts';
import { FUZZ_SEED, FUZZ_TIMEOUT_MS, fuzz, fuzzAsync, mutations } from './fuzz.ts';
import { envelopeSamples } from './samples.ts';

const TOKENS = /(<[^<>]*>|"[^"]*")/;
const SCRAPS = [
  '<!--x-->',
  '<?p?>',
  '<![CDATA[x]]>',
  '&#13;',
  '&amp;',
  '<!DOCTYPE a>',
  '<eb:X/>',
  ' xmlns=""',
  ' xmlns:eb="urn:x"',
  ' xml:lang="nl"',
  ' soap:mustUnderstand="1"',
  ' soap:actor="http://schemas.xmlsoap.org/soap/actor/next"',
  '<a xmlns="urn:a">',
  '</a>',
];
const FORMS = [false, true].flatMap((exclusive) => [false, true].map((comments) => ({ exclusive, comments })));
/** As for documents made for quadratic work. */
const STEPS_PER_OCTET = 4;
const STEPS_AT_LEAST = 1000;

function read<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    assert.ok(error instanceof GatewayError, String(error));
    return undefined;
  }
}

function checkWork(octets: Buffer): void {
  const writer = new CanonicalWriter({ exclusive: false, comments: true }, () => undefined);
  const steps = read(() => tokenize(octets, writer).steps) ?? 0;
  assert.ok(steps + writer.steps <= STEPS_PER_OCTET * octets.length + STEPS_AT_LEAST, `${steps} steps`);
}

describe('fuzz: XML', () => {
  it(`A86 a mutated envelope is read or refused, in work that grows with its octets (${FUZZ_SEED})`, async function () {
    this.timeout(FUZZ_TIMEOUT_MS);
    const samples = await envelopeSamples();
    for (const sample of samples.slice(2)) assert.ok(parseMessage(parseEnvelope(parseXml(sample))));
    fuzz(mutations(samples, TOKENS, SCRAPS), (octets) => {
      checkWork(octets);
      read(() => parseMessage(parseEnvelope(parseXml(octets))));
    });
  });

  it(`A36 the canonical form of what was read is canonical, and that of libxml2 (${FUZZ_SEED})`, async function () {
    this.timeout(FUZZ_TIMEOUT_MS);
    const samples = await envelopeSamples();
    fuzz(mutations(samples, TOKENS, SCRAPS), (octets) => {
      const document = read(() => parseXml(octets));
      if (document === undefined) return;
      for (const form of FORMS) {
        const canonical: Buffer | undefined = read((): Buffer => canonicalize(document, form));
        if (canonical === undefined) continue;
        assert.equal(canonicalize(parseXml(canonical), form).toString(), canonical.toString());
      }
      comparePeer(octets, document);
    });
  });

  it(`A19 a mutated signed envelope verifies only when what it says is unchanged (${FUZZ_SEED})`, async function () {
    this.timeout(FUZZ_TIMEOUT_MS);
    const [signed = Buffer.alloc(0)] = await envelopeSamples();
    await verifyMessage(signed);
    const said = signedContent(parseXml(signed));
    await fuzzAsync(mutations([signed], TOKENS, SCRAPS), async (octets) => {
      if (await verifies(octets)) assert.equal(signedContent(parseXml(octets)), said);
    });
  });
});

async function verifies(octets: Buffer): Promise<boolean> {
  try {
    if (parseEnvelope(parseXml(octets)).header === undefined) return false;
    await verifyMessage(octets);
    return true;
  } catch (error) {
    assert.ok(error instanceof GatewayError, String(error));
    return false;
  }
}

/** What the signature covers: all but itself, and what is for the next actor. */
function signedContent(document: XmlDocument): string {
  const leftOut = elementsWhere(document.root, ({ localName }) => ['Signature', 'SyncReply'].includes(localName));
  return canonicalize(document, { exclusive: false, comments: false }, leftOut).toString();
}

/** Where libxml2 reads it too. It leaves an ampersand in a namespace URI as it is, and wants every one to be a URI. */
function comparePeer(octets: Buffer, document: XmlDocument): void {
  let peer: PeerDocument;
  try {
    peer = PeerDocument.fromBuffer(octets);
  } catch {
    return;
  }
  try {
    if (/xmlns(?::[^=\s]+)?\s*=\s*["'][^"']*&/.test(octets.toString('latin1'))) return;
    for (const { exclusive, comments } of FORMS) {
      const ours = read(() => canonicalize(document, { exclusive, comments }).toString());
      const mode = exclusive ? XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 : XmlC14NMode.XML_C14N_1_0;
      const theirs = peerForm(peer, { mode, withComments: comments });
      if (ours !== undefined && theirs !== undefined) assert.equal(ours, theirs);
    }
  } finally {
    peer.dispose();
  }
}

function peerForm(
  peer: PeerDocument,
  options: Parameters<PeerDocument['canonicalizeToString']>[0],
): string | undefined {
  try {
    return peer.canonicalizeToString(options);
  } catch {
    return undefined;
  }
}
