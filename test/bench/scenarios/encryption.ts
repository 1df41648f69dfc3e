import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { EncryptionReply } from '../encryption-process.ts';
import type { Measured } from '../results.ts';
import { progress, type Scenario } from '../scenario.ts';

const MB = 1_000_000;
const OF_BARE = 0.5;
const RSS_MB = 80;

/** A part of `--size` sealed and opened, against the cipher, base64 and the digest alone. */
export const encryption: Scenario = {
  name: 'encryption',
  what: 'a large part encrypted and decrypted (AES-256-GCM), and the memory it takes',
  async run({ size }) {
    const bare = await run('bare', size);
    const reports: Measured[] = [];
    for (const mode of ['seal', 'open'] as const) {
      progress(mode);
      const { ms, rss } = await run(mode, size);
      reports.push(
        {
          what: mode,
          value: rate(size, ms),
          unit: 'MB/s',
          better: 'more',
          bare: { what: 'AES-GCM, base64 and SHA-256 alone', value: rate(size, bare.ms) },
          asked: OF_BARE,
        },
        { what: `${mode}: RSS over idle`, value: rss, unit: 'MB', better: 'less', asked: RSS_MB },
      );
    }
    return reports;
  },
};

async function run(mode: 'bare' | 'seal' | 'open', size: number): Promise<EncryptionReply> {
  const child = fork(join(import.meta.dirname, '..', 'encryption-process.ts'), [mode, String(size)]);
  const exited = once(child, 'exit');
  const [reply]: EncryptionReply[] = await once(child, 'message');
  await exited;
  if (reply === undefined) throw new Error(`${mode}: no answer`);
  return reply;
}

function rate(size: number, ms: number): number {
  return size / MB / (ms / 1000);
}
