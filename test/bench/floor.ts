import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { cpus } from 'node:os';

const ROUND_MS = 1000;

export interface Floor {
  readonly cores: number;
  readonly signsPerSecond: number;
  readonly verifiesPerSecond: number;
  /** cores ÷ (1 ÷ signs + 1 ÷ verifies): messages a second if nothing but RSA cost time. */
  readonly rate: number;
}

/** RSA-2048 with SHA-256 on one thread, as node:crypto does it, over the size of a canonical SignedInfo. */
export function measureFloor(): Floor {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const data = Buffer.alloc(1500, 1);
  const signature = sign('RSA-SHA256', data, privateKey);
  const signsPerSecond = perSecond(() => sign('RSA-SHA256', data, privateKey));
  const verifiesPerSecond = perSecond(() => verify('RSA-SHA256', data, publicKey, signature));
  const cores = cpus().length;
  return { cores, signsPerSecond, verifiesPerSecond, rate: cores / (1 / signsPerSecond + 1 / verifiesPerSecond) };
}

function perSecond(work: () => unknown): number {
  for (let warm = 0; warm < 200; warm += 1) work();
  const started = performance.now();
  let rounds = 0;
  while (performance.now() - started < ROUND_MS) {
    work();
    rounds += 1;
  }
  return (rounds * 1000) / (performance.now() - started);
}
