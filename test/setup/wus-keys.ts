import { X509Certificate } from 'node:crypto';
import { createCa, type IssuedCertificate, issueCertificate, type TestCa } from '../../src/trust/test-pki.ts';

/** A party of WUS tests: its OIN is in the subject of its certificate, with which it signs, decrypts and does TLS. */
export interface WusParty extends IssuedCertificate {
  readonly oin: string;
  /** DER. */
  readonly der: Buffer;
}

export interface WusKeys {
  readonly ca: TestCa;
  readonly consumer: WusParty;
  readonly provider: WusParty;
  /** Of the same CA, and partner of nobody. */
  readonly third: WusParty;
  /** The OIN of the consumer, by a CA that nobody trusts. */
  readonly rogue: WusParty;
  /** Of the consumer, and ended. */
  readonly expired: WusParty;
}

const KEY_BITS = 2048;
export const CONSUMER_OIN = '00000099000000001000';
export const PROVIDER_OIN = '00000099000000002000';
export const THIRD_OIN = '00000099000000003000';

let made: Promise<WusKeys> | undefined;

/** The same in every test of a run: keys take a while to make. */
export function wusKeys(): Promise<WusKeys> {
  made ??= makeKeys();
  return made;
}

async function makeKeys(): Promise<WusKeys> {
  const [ca, otherCa] = await Promise.all([
    createCa({ name: 'WUS CA', keyBits: KEY_BITS }),
    createCa({ name: 'WUS CA', keyBits: KEY_BITS }),
  ]);
  const issue = async (oin: string, cn: string, more: { ca?: TestCa; days?: number } = {}): Promise<WusParty> => {
    const issued = await issueCertificate({ ca, oin, cn, keyBits: KEY_BITS, ...more });
    return { ...issued, oin, der: new X509Certificate(issued.certificate).raw };
  };
  const [consumer, provider, third, rogue, expired] = await Promise.all([
    issue(CONSUMER_OIN, 'afnemer'),
    issue(PROVIDER_OIN, 'dienst'),
    issue(THIRD_OIN, 'derde'),
    issue(CONSUMER_OIN, 'afnemer', { ca: otherCa }),
    issue(CONSUMER_OIN, 'afnemer', { days: -1 }),
  ]);
  return { ca, consumer, provider, third, rogue, expired };
}
