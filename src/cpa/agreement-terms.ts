import type { EncryptionTerms, RetryPolicy, SigningTerms } from './agreement.ts';
import type { BusinessTransactionCharacteristics, DeliveryChannel, DocExchange, PartyInfo } from './model.ts';

/** Best practice of Digikoppeling, for a contract that leaves the schedule to the sender: about a day. @spec Digikoppeling EB008 */
export const DEFAULT_RETRIES = 8;
export const DEFAULT_RETRY_INTERVAL_MS = 3 * 3_600_000;

const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

export function docExchangeOf(party: PartyInfo, channel: DeliveryChannel): DocExchange | undefined {
  return party.docExchanges.get(channel.docExchangeId);
}

/** What a party signs with on this channel; undefined when the channel has no SenderNonRepudiation. @spec CPPA 2.0 §8.4.44 */
export function signingTermsOf(party: PartyInfo, channel: DeliveryChannel): SigningTerms | undefined {
  const nonRepudiation = docExchangeOf(party, channel)?.sender?.nonRepudiation;
  if (nonRepudiation === undefined) return undefined;
  const { certificateRef, hashFunction, signatureAlgorithms } = nonRepudiation;
  return {
    hashFunction,
    signatureAlgorithm: signatureAlgorithms[0] ?? RSA_SHA256,
    certificate: certificateRef === undefined ? undefined : party.certificates.get(certificateRef)?.der,
  };
}

/**
 * The signature of a business message, decided by the From party's CanSend alone. Where it is required and the channel
 * has no SenderNonRepudiation, the terms have no certificate: neither side can sign or accept, which fails closed.
 */
export function messageSigning(
  party: PartyInfo,
  channel: DeliveryChannel,
  characteristics: BusinessTransactionCharacteristics,
): SigningTerms | undefined {
  if (!characteristics.isNonRepudiationRequired) return undefined;
  return (
    signingTermsOf(party, channel) ?? {
      hashFunction: SHA256,
      signatureAlgorithm: RSA_SHA256,
      certificate: undefined,
    }
  );
}

/** The schedule of the From party: the sender binding of its own channel, whatever the receiver's binding says. */
export function retryPolicyOf(party: PartyInfo, channel: DeliveryChannel): RetryPolicy {
  // perMessage counts as never: this gateway asks no Acknowledgment unless the contract always wants one.
  if (channel.ackRequested !== 'always') return { retries: 0, retryInterval: 0, reliable: false };
  const reliable = docExchangeOf(party, channel)?.sender?.reliable;
  return {
    retries: reliable?.retries ?? DEFAULT_RETRIES,
    // An interval of 0 would leave no time in which a receipt could come.
    retryInterval: reliable?.retryInterval || DEFAULT_RETRY_INTERVAL_MS,
    reliable: true,
  };
}

/**
 * The encryption of payloads: asked for by the From party's CanSend, with what the To party's channel names. Where only
 * the From party has a ReceiverDigitalEnvelope the terms have no certificate: neither side can seal or open, which fails
 * closed. Confidentiality that no envelope on either side backs is a wish, and binds nobody.
 * @spec CPPA 2.0 §8.4.8, §8.4.54
 */
export function encryptionTermsOf(
  characteristics: BusinessTransactionCharacteristics,
  from: { readonly party: PartyInfo; readonly channel: DeliveryChannel },
  to: { readonly party: PartyInfo; readonly channel: DeliveryChannel },
): EncryptionTerms | undefined {
  if (!asksEncryption(characteristics)) return undefined;
  const envelope = docExchangeOf(to.party, to.channel)?.receiver?.envelope;
  if (envelope === undefined) {
    const ownOnly = docExchangeOf(from.party, from.channel)?.receiver?.envelope !== undefined;
    return ownOnly ? { algorithms: [], certificate: undefined } : undefined;
  }
  const { certificateRef, encryptionAlgorithms: algorithms } = envelope;
  const certificate = certificateRef === undefined ? undefined : to.party.certificates.get(certificateRef)?.der;
  return { algorithms, certificate };
}

export function asksEncryption({ isConfidential }: BusinessTransactionCharacteristics): boolean {
  return isConfidential === 'persistent' || isConfidential === 'transient-and-persistent';
}
