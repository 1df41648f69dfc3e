import { DS_NS } from '../../ebms/namespaces.ts';
import type { CopiedReference } from '../../ebms/message.ts';
import { GatewayError } from '../../errors.ts';
import { SOAP_NS } from '../../soap/envelope.ts';
import { parseXml, type XmlElement } from '../../xml/tree.ts';
import { type ParsedReference, parseSignature } from '../../xmlsec/signature.ts';

/**
 * The References copied into an Acknowledgment are those of the message that was sent: same URIs, algorithms and
 * digests, no more and no fewer. Throws SIGNAL_UNEXPECTED. Where no signed Acknowledgment was asked for they may be
 * absent, but what is there must be right. @spec ebMS2 §6.3.2.5
 */
export function compareReferences(
  copied: readonly CopiedReference[],
  sent: { readonly envelope: Uint8Array },
  required: boolean,
): void {
  if (copied.length === 0 && !required) return;
  if (sameReferences(copied, sentReferences(sent.envelope))) return;
  throw new GatewayError('SIGNAL_UNEXPECTED', { detail: 'the Acknowledgment speaks of other content than was sent' });
}

/** Whether `copied` is what was signed: in any order, no more and no fewer. */
export function sameReferences(copied: readonly CopiedReference[], signed: readonly SignedReference[]): boolean {
  const given = copied.map(({ uri, digestAlgorithm, digestValue }) => keyOf(uri, digestAlgorithm, digestValue)).sort();
  const expected = signed.map(({ uri, digest, digestValue }) => keyOf(uri, digest, digestValue)).sort();
  return given.length === expected.length && given.every((key, index) => key === expected[index]);
}

function keyOf(uri: string, digest: string, value: string): string {
  return `${uri} ${digest} ${value}`;
}

type SignedReference = Pick<ParsedReference, 'uri' | 'digest' | 'digestValue'>;

function sentReferences(envelope: Uint8Array): readonly SignedReference[] {
  const octets = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.length);
  return readReferences(octets) ?? parsedReferences(octets);
}

const METHOD_END = '</ds:SignatureMethod>';
const SIGNED_INFO_END = '</ds:SignedInfo>';
/** One Reference as `signEnvelope` writes it, without anything that would have to be unescaped. */
const REFERENCE =
  /<ds:Reference URI="([ !#-%'-~]*)">(?:<ds:Transforms>[^]*?<\/ds:Transforms>)?<ds:DigestMethod Algorithm="([ !#-%'-~]*)"><\/ds:DigestMethod><ds:DigestValue>([A-Za-z0-9+/=]*)<\/ds:DigestValue><\/ds:Reference>/y;

/** Of what this gateway wrote, without parsing it; undefined where it is not to the letter what it writes. */
function readReferences(envelope: Buffer): readonly SignedReference[] | undefined {
  const from = envelope.indexOf(METHOD_END, envelope.indexOf(OPEN));
  const to = envelope.indexOf(SIGNED_INFO_END, from);
  if (from < 0 || to < 0) return undefined;
  const markup = envelope.toString('latin1', from + METHOD_END.length, to);
  const references: SignedReference[] = [];
  for (REFERENCE.lastIndex = 0; REFERENCE.lastIndex < markup.length; ) {
    const [, uri, digest, digestValue] = REFERENCE.exec(markup) ?? [];
    if (uri === undefined || digest === undefined || digestValue === undefined) return undefined;
    references.push({ uri, digest, digestValue });
  }
  return references;
}

function parsedReferences(envelope: Buffer): readonly SignedReference[] {
  const signature = signatureOf(envelope);
  return signature === undefined ? [] : parseSignature(signature).references;
}

const OPEN = '<ds:Signature>';
const CLOSE = '</ds:Signature>';

/** Of an envelope that this gateway wrote: it has one Signature, whose prefixes stand on the Envelope. */
function signatureOf(octets: Buffer): XmlElement | undefined {
  const from = octets.indexOf(OPEN);
  if (from < 0) return undefined;
  const markup = octets.toString('utf8', from + OPEN.length, octets.indexOf(CLOSE, from));
  const head = `<ds:Signature xmlns:ds="${DS_NS}" xmlns:soap="${SOAP_NS}">`;
  return parseXml(Buffer.from(`${head}${markup}${CLOSE}`)).root;
}
