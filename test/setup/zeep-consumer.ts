import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../interop/zeep/consumer.py', import.meta.url));

/** Debian's Python has Debian's packages; another one on PATH may not. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

/** A Python that has zeep and xmlsec, or undefined: tests that need it are skipped by name. */
export function zeepPython(): string | undefined {
  return PYTHONS.find((python) => spawnSync(python, ['-c', 'import zeep, xmlsec']).status === 0);
}

export interface ZeepCall {
  readonly wsdl: string;
  readonly url: string;
  readonly profile: '2W-be' | '2W-be-S';
  /** PEM files. */
  readonly key: string;
  readonly certificate: string;
  readonly authorities: string;
  readonly operation: string;
  /** Octets as `{ base64 }`. */
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface ZeepOutcome {
  readonly answer?: unknown;
  readonly fault?: { readonly code: string; readonly message: string };
  readonly error?: string;
}

/** Has zeep call a service of archief_v1; it signs by xmlsec, and verifies the answer and its confirmation. */
export async function zeepCall(python: string, call: ZeepCall): Promise<ZeepOutcome> {
  const running = spawn(python, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.stdin.end(JSON.stringify(call));
  const outcome: ZeepOutcome = JSON.parse(await text(running.stdout));
  return outcome;
}
