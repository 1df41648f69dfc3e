import type { Agreement, SigningTerms } from './agreement.ts';
import { signingTermsOf } from './agreement-terms.ts';
import { mshChannelOf } from './msh-channel.ts';

const resolved = new WeakMap<Agreement, readonly SigningTerms[]>();

/**
 * How the To party of a business message may sign the Acknowledgment: by its channel for Acknowledgments, and by the
 * channel on which it received the message. Sign with the first; accept each. Empty: the contract names no
 * SenderNonRepudiation for it. @spec ebMS2 §6.3.2.4
 */
export function acknowledgmentSigning(agreement: Agreement): readonly SigningTerms[] {
  const known = resolved.get(agreement);
  if (known !== undefined) return known;
  const { info } = agreement.to;
  const channels = new Set([mshChannelOf(info, 'Acknowledgment'), agreement.receiveChannel]);
  const terms = [...channels].flatMap((channel) => (channel && signingTermsOf(info, channel)) ?? []);
  const distinct = terms.filter((one, index) => terms.findIndex((other) => sameTerms(one, other)) === index);
  resolved.set(agreement, distinct);
  return distinct;
}

function sameTerms(a: SigningTerms, b: SigningTerms): boolean {
  return (
    a.hashFunction === b.hashFunction &&
    a.signatureAlgorithm === b.signatureAlgorithm &&
    a.certificate === b.certificate
  );
}
