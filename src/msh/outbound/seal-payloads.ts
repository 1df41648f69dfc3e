import type { Agreement, EncryptionTerms } from '../../cpa/agreement.ts';
import { partyKeyOf } from '../../cpa/typed-value.ts';
import { GatewayError } from '../../errors.ts';
import type { PayloadRecord } from '../../ports/store.ts';
import { type KeyTransport, rsaOaep, rsaOaepMgf1p, SEALING_ALGORITHMS } from '../../xmlsec/encryption/algorithms.ts';
import { sealPart, type SealTerms } from '../../xmlsec/encryption/sealed-part.ts';
import type { PartnerEncryption, PartnerTerms } from '../parts.ts';

const KEY_TRANSPORTS: Readonly<Record<NonNullable<PartnerEncryption['keyTransport']>, KeyTransport>> = {
  'rsa-oaep-mgf1p': rsaOaepMgf1p(),
  'rsa-oaep': rsaOaep(),
};
const DATA: Readonly<Record<NonNullable<PartnerEncryption['data']>, string>> = {
  'aes128-gcm': 'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'aes256-gcm': 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
};

/**
 * Chooses for each payload the key it will travel under, where the contract encrypts: for the certificate of the To
 * party's channel, each with a key of its own. The payload itself stays plain in the store. Throws CPA_INVALID where the
 * contract names no certificate, ENCRYPTION_ALGORITHM where it names nothing that is sent. @spec Digikoppeling ENC003, Digikoppeling ENC004
 */
export function sealPayloads(
  payloads: readonly PayloadRecord[],
  agreement: Agreement,
  partners: ReadonlyMap<string, PartnerTerms>,
): readonly PayloadRecord[] {
  const { encryption, to } = agreement;
  if (encryption === undefined) return payloads;
  const terms = sealTerms(encryption, partners.get(partyKeyOf(to.partyIds))?.encryption ?? {});
  return payloads.map((payload) => ({ ...payload, sealed: sealPart(payload, terms) }));
}

function sealTerms({ certificate, algorithms }: EncryptionTerms, partner: PartnerEncryption): SealTerms {
  if (certificate === undefined) {
    throw new GatewayError('CPA_INVALID', {
      location: 'cpaId',
      detail: 'the CPA names no certificate to encrypt for that can be read',
    });
  }
  const keyTransport = KEY_TRANSPORTS[partner.keyTransport ?? 'rsa-oaep-mgf1p'];
  return { certificate, keyTransport, algorithm: dataAlgorithm(algorithms, partner) };
}

/** What is set for the partner; else the first that the CPA lists and that is sent. */
function dataAlgorithm(agreed: readonly string[], { data }: PartnerEncryption): string {
  if (data !== undefined) return DATA[data];
  const found = agreed.length === 0 ? SEALING_ALGORITHMS[0] : agreed.find((uri) => SEALING_ALGORITHMS.includes(uri));
  if (found !== undefined) return found;
  throw new GatewayError('ENCRYPTION_ALGORITHM', { location: 'cpaId', detail: `the CPA names ${agreed.join(', ')}` });
}
