import { DS_NS } from '../../ebms/namespaces.ts';
import type { CopiedReference } from '../../ebms/message.ts';
import { GatewayError } from '../../errors.ts';
import { SOAP_NS } from '../../soap/envelope.ts';
import { parseXml, type XmlElement } from '../../xml/tree.ts';
import { parseSignature } from '../../xmlsec/signature.ts';

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
  const expected = sentReferences(sent.envelope);
  if (expected.length === 0 && copied.length === 0) return;
  const given = copied.map(referenceKey).sort();
  if (given.length === expected.length && given.every((key, index) => key === expected[index])) return;
  throw new GatewayError('SIGNAL_UNEXPECTED', { detail: 'the Acknowledgment speaks of other content than was sent' });
}

function sentReferences(envelope: Uint8Array): readonly string[] {
  const signature = signatureOf(envelope);
  if (signature === undefined) return [];
  return parseSignature(signature)
    .references.map(({ uri, digest, digestValue }) => referenceKey({ uri, digestAlgorithm: digest, digestValue }))
    .sort();
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

function referenceKey({ uri, digestAlgorithm, digestValue }: CopiedReference): string {
  return `${uri} ${digestAlgorithm} ${digestValue}`;
}
