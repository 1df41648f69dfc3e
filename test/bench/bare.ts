import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Party } from './two-parties.ts';

export interface BareSettings {
  readonly kind: 'row' | 'api' | 'sink' | 'copy' | 'proxy';
  readonly port: number;
  readonly path: string;
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
  readonly ca: string;
  /** Where a `proxy` passes requests on to. */
  readonly backend: string;
}

export interface BareServer {
  readonly pid: number;
  /** Of a `copy`: how long the next request takes from its head to the end of its flush, ms. */
  copied(): Promise<number>;
  stop(): Promise<void>;
}

/** A server of that kind, in a process of its own, with the keys of `party`, at `url`. */
export async function startBare(
  kind: BareSettings['kind'],
  party: Party,
  url: URL,
  backend?: URL,
): Promise<BareServer> {
  const settings: BareSettings = {
    kind,
    port: Number(url.port),
    path: url.pathname,
    key: party.file('keys/tls.key').toString(),
    certificate: party.file('keys/tls.crt').toString(),
    ca: party.file('keys/ca.crt').toString(),
    backend: backend?.href ?? '',
  };
  const child = fork(join(import.meta.dirname, 'bare-process.ts'), [JSON.stringify(settings)]);
  await ready(child);
  return {
    pid: child.pid ?? 0,
    async copied() {
      const [ms]: number[] = await once(child, 'message');
      return ms ?? Number.NaN;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit').then(() => {
    throw new Error('the bare server did not start');
  });
  await Promise.race([once(child, 'message'), exited]);
  exited.catch(() => undefined);
}
