import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenWsdlFile } from '../../../src/wus/wsdl/read-wsdl.ts';

export const WSDL_FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'wsdl');

export type SampleWsdl = 'echo_v1' | 'melding_v1' | 'bevraging_v1';
export type Edit = readonly [from: string | RegExp, to: string];

/** A file of wsdl/ as text, with every occurrence of each `from` replaced; each must occur. */
export function sampleWsdl(file: string, ...edits: readonly Edit[]): string {
  return edits.reduce(
    (text, [from, to]) => {
      const next = typeof from === 'string' ? text.replaceAll(from, to) : text.replace(from, to);
      assert.notEqual(next, text, `nothing to replace: ${String(from)}`);
      return next;
    },
    readFileSync(join(WSDL_FOLDER, file), 'utf8'),
  );
}

/** Files by path; the samples lie beside them. */
export function openFiles(files: Readonly<Record<string, string | Uint8Array>> = {}): OpenWsdlFile {
  return async (path) => {
    const found = files[path];
    if (found !== undefined) return Buffer.from(found);
    try {
      return readFileSync(join(WSDL_FOLDER, path));
    } catch {
      return undefined;
    }
  };
}
