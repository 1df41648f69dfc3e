import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import { inspectWsdl } from '../wus/wsdl/read-wsdl.ts';
import type { InspectedWsdl, OpenWsdlFile } from '../wus/wsdl/read-wsdl.ts';
import { inspectSchema, type InspectedSchema } from '../wus/wsdl/read-schema-file.ts';
import { readGiven } from './contracts.ts';

export interface WsdlCheck {
  readonly file: string;
  /** Names of the operations; empty where the WSDL cannot be used. */
  readonly operations: readonly string[];
  readonly valid: boolean;
  readonly findings: InspectedWsdl['findings'];
}

/** Checks a WSDL file, with what it imports, without a gateway. Throws NOT_FOUND. */
export async function checkWsdl(file: string): Promise<WsdlCheck> {
  const { wsdl, findings } = await inspectWsdlFile(file);
  const operations = wsdl?.operations.map(({ name }) => name) ?? [];
  return { file, operations, valid: wsdl !== undefined, findings };
}

/** The WSDL of a service, or what keeps it from being one. Throws NOT_FOUND. */
export async function inspectWsdlFile(file: string): Promise<InspectedWsdl> {
  return inspectWsdl(basename(file), await readGiven(file), openBeside(file));
}

/** The schema of a file, an XML Schema or a WSDL, or what keeps it from being one. Throws FILE_MISSING. */
export async function inspectSchemaFile(file: string): Promise<InspectedSchema> {
  return inspectSchema(basename(file), await readGiven(file), openBeside(file));
}

/** A link that leads out of the folder is not followed: a WSDL may come from a partner. */
function openBeside(file: string): OpenWsdlFile {
  const folder = dirname(resolve(file));
  return async (path) => {
    try {
      const [root, found] = await Promise.all([realpath(folder), realpath(resolve(folder, path))]);
      return found.startsWith(root.endsWith(sep) ? root : root + sep) ? await readLimited(found) : undefined;
    } catch {
      return undefined;
    }
  };
}

const MAX_BYTES = 16 * 1024 * 1024;

async function readLimited(file: string): Promise<Uint8Array> {
  const { size } = await stat(file);
  if (size > MAX_BYTES) throw new Error(`${file} is larger than ${MAX_BYTES} octets`);
  return readFile(file);
}
