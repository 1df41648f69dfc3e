import { digestAlgorithm, signatureAlgorithm } from '../../xmlsec/algorithms.ts';
import { agreementIndexOf } from '../agreement-index.ts';
import { signingTermsOf } from '../agreement-terms.ts';
import type { Agreement } from '../agreement.ts';
import type { Cpa } from '../model.ts';
import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { channelsInUse, placeOfDocExchange, placeOfParty } from './places.ts';
import type { RuleSubject } from './places.ts';

/** Signatures that the actions demand. @spec Digikoppeling SIGN001-SIGN004 */
export function checkSigning({ cpa }: RuleSubject): readonly Finding[] {
  const agreements = [...agreementIndexOf(cpa).sends.values()].flatMap((sends) => [...sends.values()].flat());
  return [...agreements.flatMap((agreement) => judgeAgreement(cpa, agreement)), ...checkAlgorithms(cpa)];
}

function judgeAgreement(cpa: Cpa, agreement: Agreement): readonly Finding[] {
  const { from, sendChannel, characteristics, action } = agreement;
  const place = `${placeOfParty(cpa, from.info)}//ThisPartyActionBinding[@action='${action}']`;
  const missing = characteristics.isNonRepudiationRequired && signingTermsOf(from.info, sendChannel) === undefined;
  return missing ? [finding('SIGNING_TERMS_MISSING', place, sendChannel.channelId)] : [];
}

function checkAlgorithms(cpa: Cpa): readonly Finding[] {
  return cpa.parties.flatMap((party) => {
    const ids = new Set(channelsInUse(party).map((channel) => channel.docExchangeId));
    return [...ids].flatMap((id) => {
      const terms = party.docExchanges.get(id)?.sender?.nonRepudiation;
      const place = `${placeOfDocExchange(cpa, party, id)}//SenderNonRepudiation`;
      if (terms === undefined) return [];
      const [signature] = terms.signatureAlgorithms;
      return [
        ...judgeAlgorithm(terms.hashFunction, digestAlgorithm(terms.hashFunction), `${place}/HashFunction`),
        ...(signature === undefined
          ? []
          : judgeAlgorithm(signature, signatureAlgorithm(signature), `${place}/SignatureAlgorithm`)),
      ];
    });
  });
}

function judgeAlgorithm(
  uri: string,
  known: { readonly strength: 'sha2' | 'sha1' } | undefined,
  place: string,
): readonly Finding[] {
  if (known === undefined) return [finding('ALGORITHM_UNKNOWN', place, uri)];
  return known.strength === 'sha1' ? [finding('ALGORITHM_SHA1', place, uri)] : [];
}
