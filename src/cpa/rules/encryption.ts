import { contentAlgorithm } from '../../xmlsec/encryption/algorithms.ts';
import { agreementIndexOf } from '../agreement-index.ts';
import { asksEncryption, docExchangeOf } from '../agreement-terms.ts';
import type { Agreement } from '../agreement.ts';
import type { Cpa } from '../model.ts';
import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { channelsInUse, placeOfDocExchange, placeOfParty } from './places.ts';
import type { RuleSubject } from './places.ts';

/** Read by nobody here; it is still what some contracts name. */
const TRIPLE_DES = 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc';

/** Encryption that the actions demand, and what it is done with. @spec Digikoppeling ENC001, Digikoppeling ENC003 */
export function checkEncryption({ cpa }: RuleSubject): readonly Finding[] {
  const agreements = [...agreementIndexOf(cpa).sends.values()].flatMap((sends) => [...sends.values()].flat());
  const asking = agreements.filter(({ characteristics }) => asksEncryption(characteristics));
  return [...asking.flatMap((agreement) => judgeAgreement(cpa, agreement)), ...judgeEnvelopes(cpa)];
}

function judgeAgreement(cpa: Cpa, agreement: Agreement): readonly Finding[] {
  const { from, to, sendChannel, receiveChannel, action, encryption, signing } = agreement;
  const place = `${placeOfParty(cpa, from.info)}//ThisPartyActionBinding[@action='${action}']`;
  if (encryption === undefined) return [finding('ENCRYPTION_TERMS_MISSING', place, action)];
  const unsigned = signing === undefined ? [finding('ENCRYPTION_UNSIGNED', place, action)] : [];
  if (docExchangeOf(to.info, receiveChannel)?.receiver?.envelope === undefined) {
    return [finding('ENCRYPTION_RECEIVER_MISSING', place, receiveChannel.channelId), ...unsigned];
  }
  return docExchangeOf(from.info, sendChannel)?.receiver?.envelope === undefined
    ? [finding('ENCRYPTION_SENDER_MISSING', place, sendChannel.channelId), ...unsigned]
    : unsigned;
}

function judgeEnvelopes(cpa: Cpa): readonly Finding[] {
  return cpa.parties.flatMap((party) => {
    const ids = new Set(channelsInUse(party).map((channel) => channel.docExchangeId));
    return [...ids].flatMap((id) => {
      const envelope = party.docExchanges.get(id)?.receiver?.envelope;
      const place = `${placeOfDocExchange(cpa, party, id)}//ReceiverDigitalEnvelope`;
      if (envelope === undefined) return [];
      const missing = envelope.certificateRef === undefined ? [finding('ENCRYPTION_CERTIFICATE_MISSING', place)] : [];
      return [...missing, ...envelope.encryptionAlgorithms.flatMap((uri) => judgeAlgorithm(uri, place))];
    });
  });
}

function judgeAlgorithm(uri: string, place: string): readonly Finding[] {
  const known = contentAlgorithm(uri);
  if (known?.mode === 'gcm') return [];
  const code =
    known !== undefined || uri === TRIPLE_DES ? 'ENCRYPTION_ALGORITHM_LEGACY' : 'ENCRYPTION_ALGORITHM_UNKNOWN';
  return [finding(code, `${place}/EncryptionAlgorithm`, uri)];
}
