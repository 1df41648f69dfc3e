import { hash, sign, verify, X509Certificate } from 'node:crypto';
import { parseArrived } from '../../../src/wus/envelope/parse-arrived.ts';
import { verifySecurity } from '../../../src/wus/security/verify-security.ts';
import { partyA } from '../../setup/test-keys.ts';
import { NO_ATTACHMENTS } from '../../setup/wus-encryption.ts';
import { honestMessage, TERMS } from '../../setup/wus-signatures.ts';
import { sampleDocument } from '../documents.ts';
import { inTurns } from '../in-turns.ts';
import type { Measured } from '../results.ts';
import type { Scenario } from '../scenario.ts';

/** What a request must not fall below, on one core. */
const ASKED = { what: '1 MB', rate: 40 };
const SIZES = [
  { what: '10 KB', octets: 10_000 },
  { what: '1 MB', octets: 1_000_000 },
];
const SIGNED_INFO_BYTES = 3000;

/** From octets to a WUS message whose signature covers Body, headers and Timestamp. */
export const wusVerify: Scenario = {
  name: 'wus-verify',
  what: 'one thread: a signed WUS request of 10 KB and of 1 MB, parsed and verified',
  async run() {
    const measured: Measured[] = [];
    for (const { what, octets } of SIZES) {
      const times = await timesFor(octets);
      const bare = { what: 'SHA-256 of its octets and one RSA-2048 verification', value: 1000 / times.bare };
      measured.push({ what, value: 1000 / times.ours, unit: '/s', better: 'more', bare });
      if (what !== ASKED.what) continue;
      const rate = 1000 / times.ours;
      measured.push({ what: `${what}, on a core`, value: rate, unit: '/s', better: 'more', asked: ASKED.rate });
    }
    return measured;
  },
};

async function timesFor(size: number): Promise<{ readonly ours: number; readonly bare: number }> {
  const bytes = Buffer.from(await honestMessage({ body: bodyOf(size) }));
  const { publicKey } = new X509Certificate(partyA.certificate);
  const signedInfo = Buffer.alloc(SIGNED_INFO_BYTES, 1);
  const signature = sign('sha256', signedInfo, partyA.key);
  const ours = (): Promise<unknown> =>
    verifySecurity({ ...parseArrived(bytes, 'utf-8'), attachments: NO_ATTACHMENTS, decrypted: false }, TERMS);
  const bare = (): boolean => {
    hash('sha256', bytes, 'buffer');
    return verify('sha256', signedInfo, publicKey, signature);
  };
  return await inTurns(ours, bare);
}

/** An element alone: a declaration may not stand in a Body. */
function bodyOf(size: number): string {
  const document = sampleDocument(size).toString();
  return document.slice(document.indexOf('<register'));
}
