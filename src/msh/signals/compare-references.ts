import { DS_NS } from '../../ebms/namespaces.ts';
import type { CopiedReference } from '../../ebms/message.ts';
import { GatewayError } from '../../errors.ts';
import { parseEnvelope } from '../../soap/envelope.ts';
import { findChild, parseXml } from '../../xml/tree.ts';
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
  const { header } = parseEnvelope(parseXml(envelope));
  const signature = header === undefined ? undefined : findChild(header, DS_NS, 'Signature');
  if (signature === undefined) return [];
  return parseSignature(signature)
    .references.map(({ uri, digest, digestValue }) => referenceKey({ uri, digestAlgorithm: digest, digestValue }))
    .sort();
}

function referenceKey({ uri, digestAlgorithm, digestValue }: CopiedReference): string {
  return `${uri} ${digestAlgorithm} ${digestValue}`;
}
