import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../../setup/tools.ts';
import type { TestPart } from '../../unit/xmlsec/signed-message.ts';

/** xmlsec1, an implementation of XML Signature in C, by its command line. */
export const xmlsec1 = tool('xmlsec1');

interface Run {
  readonly document: string | Uint8Array;
  readonly parts: readonly TestPart[];
  /** PEM */
  readonly key: string;
}

export function verifiedByXmlsec1(run: Run): { ok: boolean; said: string } {
  const { status, said } = runXmlsec1('--verify', '--pubkey-cert-pem', run);
  return { ok: status === 0, said };
}

/** Fills in the empty DigestValues and SignatureValue of a template. */
export function signedByXmlsec1(run: Run): string {
  const { status, said, written } = runXmlsec1('--sign', '--privkey-pem', run);
  if (status !== 0) throw new Error(said);
  return written;
}

function runXmlsec1(
  command: string,
  keyOption: string,
  run: Run,
): { status: number | null; said: string; written: string } {
  const folder = mkdtempSync(join(tmpdir(), 'xmlsec1-'));
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  try {
    const maps = run.parts.flatMap((one, index) => [`--url-map:cid:${one.contentId}`, file(`part${index}`, one.body)]);
    const keys = [keyOption, file('key.pem', run.key), '--enabled-key-data', 'rsa'];
    const args = [command, ...keys, ...maps, file('document.xml', run.document)];
    const { status, stdout, stderr } = spawnSync(xmlsec1 ?? 'xmlsec1', args, { encoding: 'utf8' });
    return { status, said: stderr, written: stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
