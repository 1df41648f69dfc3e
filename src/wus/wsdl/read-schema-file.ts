import { loadSchemas, type OpenWsdlFile } from './documents.ts';
import type { WsdlFinding } from './rules/finding-table.ts';
import { indexComponents } from './schema/components.ts';
import { readSchema } from './schema/read-schema.ts';
import type { XsdSchema } from './schema/schema.ts';

export interface InspectedSchema {
  /** Undefined where a finding is an error. */
  readonly schema: XsdSchema | undefined;
  readonly findings: readonly WsdlFinding[];
}

/**
 * Reads an XML Schema, or the schemas of a WSDL, with all that it imports, as far as translation needs it. `name` is its path
 * from the folder that `open` reads; nothing is fetched. @spec XML Schema 1.0 §4.2
 */
export async function inspectSchema(name: string, bytes: Uint8Array, open: OpenWsdlFile): Promise<InspectedSchema> {
  const { schemas, findings } = await loadSchemas(name, bytes, open);
  const wrong = findings.some(({ severity }) => severity === 'error');
  return { schema: wrong ? undefined : readSchema(indexComponents(schemas)), findings };
}
