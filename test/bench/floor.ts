import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { cpus } from 'node:os';
import type { Bare } from './results.ts';

const ROUND_MS = 1000;

export interface RsaRates {
  readonly signsPerSecond: number;
  readonly verifiesPerSecond: number;
}

/** F: cores ÷ (1 ÷ signs + 1 ÷ verifies), messages a second if nothing but RSA cost time. */
export function measureFloor(): Bare {
  const { signsPerSecond, verifiesPerSecond } = measureRsa();
  const value = cpus().length / (1 / signsPerSecond + 1 / verifiesPerSecond);
  return { what: 'F: RSA alone, one signature and one verification a message', value };
}

/** RSA-2048 with SHA-256 on one thread, as node:crypto does it, over the size of a canonical SignedInfo. */
export function measureRsa(): RsaRates {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const data = Buffer.alloc(1500, 1);
  const signature = sign('RSA-SHA256', data, privateKey);
  return {
    signsPerSecond: perSecond(() => sign('RSA-SHA256', data, privateKey)),
    verifiesPerSecond: perSecond(() => verify('RSA-SHA256', data, publicKey, signature)),
  };
}

/** How often a second `work` runs. */
export function perSecond(work: () => unknown): number {
  for (let warm = 0; warm < 200; warm += 1) work();
  const started = performance.now();
  let rounds = 0;
  while (performance.now() - started < ROUND_MS) {
    work();
    rounds += 1;
  }
  return (rounds * 1000) / (performance.now() - started);
}
