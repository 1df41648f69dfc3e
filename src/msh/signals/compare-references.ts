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
export function sameReferences(
  copied: readonly CopiedReference[],
  signed: readonly Pick<ParsedReference, 'uri' | 'digest' | 'digestValue'>[],
): boolean {
  const given = copied.map(({ uri, digestAlgorithm, digestValue }) => keyOf(uri, digestAlgorithm, digestValue)).sort();
  const expected = signed.map(({ uri, digest, digestValue }) => keyOf(uri, digest, digestValue)).sort();
  return given.length === expected.length && given.every((key, index) => key === expected[index]);
}

function keyOf(uri: string, digest: string, value: string): string {
  return `${uri} ${digest} ${value}`;
}

function sentReferences(envelope: Uint8Array): readonly ParsedReference[] {
  const signature = signatureOf(envelope);
  return signature === undefined ? [] : parseSignature(signature).references;
}

const OPEN = '<ds:Signature>';
const CLOSE = '</ds:Signature>';

/** Of an envelope that this gateway wrote: it has one Signature, whose prefixes stand on the Envelope. */
function signatureOf(envelope: Uint8Array): XmlElement | undefined {
  const octets = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.length);
  const from = octets.indexOf(OPEN);
  if (from < 0) return undefined;
  const markup = octets.toString('utf8', from + OPEN.length, octets.indexOf(CLOSE, from));
  const head = `<ds:Signature xmlns:ds="${DS_NS}" xmlns:soap="${SOAP_NS}">`;
  return parseXml(Buffer.from(`${head}${markup}${CLOSE}`)).root;
}
