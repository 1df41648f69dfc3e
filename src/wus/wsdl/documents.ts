import { placeOf } from '../../cpa/element-reader.ts';
import { GatewayError } from '../../errors.ts';
import { parseXml } from '../../xml/tree.ts';
import type { XmlDocument, XmlElement } from '../../xml/tree.ts';
import { LineIndex } from './line-index.ts';
import { locate } from './locate.ts';
import { childrenIn, plainAttribute, WSDL_NAMESPACE, XMIME_NAMESPACE, XSD_NAMESPACE } from './names.ts';
import { wsdlFinding } from './rules/finding-table.ts';
import type { WsdlFinding, WsdlFindingCode } from './rules/finding-table.ts';
import { XML_NAMESPACE } from '../../xml/events.ts';

/** Gives the octets of a file by its path from the folder of the WSDL; undefined: there is none, or it may not be read. */
export type OpenWsdlFile = (path: string) => Promise<Uint8Array | undefined>;

/** A schema: inline, imported or included. */
export interface SchemaRoot {
  readonly root: XmlElement;
  readonly targetNamespace: string;
  /** It has no targetNamespace of its own: names without prefix are of the schema that includes it. */
  readonly chameleon: boolean;
}

/** A WSDL and everything that it imports. */
export interface WsdlDocuments {
  /** definitions: the file given first, then imported ones. */
  readonly definitions: readonly XmlElement[];
  readonly schemas: readonly SchemaRoot[];
  /** What was wrong with files and imports. */
  readonly findings: readonly WsdlFinding[];
  /** `file:line /path` of an element. */
  readonly placeOf: (el: XmlElement) => string;
}

const MAX_FILES = 200;
const MAX_BYTES = 16 * 1024 * 1024;
/** What these namespaces declare is known without a file. */
const KNOWN: ReadonlySet<string> = new Set([XML_NAMESPACE, XMIME_NAMESPACE]);
const DECLARED = /^(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)/;
const IMPORTING: ReadonlySet<string> = new Set(['import', 'include', 'redefine']);

/** Reads a WSDL with its imports; what is wrong becomes findings. @spec WSDL 1.1 §2.1.1, XML Schema 1.0 §4.2 */
export async function loadDocuments(name: string, bytes: Uint8Array, open: OpenWsdlFile): Promise<WsdlDocuments> {
  const loader = new Loader(open);
  await loader.first(name, bytes);
  return documentsOf(loader);
}

/** The same for a file that may be a schema itself. */
export async function loadSchemas(name: string, bytes: Uint8Array, open: OpenWsdlFile): Promise<WsdlDocuments> {
  const loader = new Loader(open);
  await loader.first(name, bytes, true);
  return documentsOf(loader);
}

function documentsOf(loader: Loader): WsdlDocuments {
  return {
    definitions: loader.definitions,
    schemas: loader.schemas,
    findings: loader.findings,
    placeOf: (el) => loader.placeOf(el),
  };
}

interface Import {
  readonly node: XmlElement;
  readonly path: string;
  readonly namespace: string | undefined;
}

class Loader {
  readonly definitions: XmlElement[] = [];
  readonly schemas: SchemaRoot[] = [];
  readonly findings: WsdlFinding[] = [];
  readonly #open: OpenWsdlFile;
  readonly #names = new Map<Buffer, string>();
  readonly #lines = new Map<Buffer, LineIndex>();
  /** Path, and for a schema the namespace it was read for. */
  readonly #done = new Set<string>();
  #bytes = 0;

  constructor(open: OpenWsdlFile) {
    this.#open = open;
  }

  async first(name: string, bytes: Uint8Array, orSchema = false): Promise<void> {
    this.#done.add(name);
    const root = this.#parse(name, bytes)?.root;
    if (root === undefined) return;
    if (isDefinitions(root)) await this.#readDefinitions(root);
    else if (orSchema && isSchema(root)) await this.#readSchema(root, undefined);
    else this.#report(orSchema ? 'NOT_SCHEMA' : 'NOT_WSDL', root, root.localName);
  }

  placeOf(el: XmlElement): string {
    return `${this.#nameOf(el)}:${this.#lineOf(el)} ${placeOf(el)}`;
  }

  #lineOf({ source, start }: XmlElement): number {
    const index = this.#lines.get(source) ?? new LineIndex(source);
    this.#lines.set(source, index);
    return index.lineAt(start);
  }

  #nameOf(el: XmlElement): string {
    return this.#names.get(el.source) ?? '';
  }

  #report(code: WsdlFindingCode, el: XmlElement, particulars?: string): void {
    this.findings.push(wsdlFinding(code, this.placeOf(el), particulars));
  }

  #parse(name: string, given: Uint8Array): XmlDocument | undefined {
    const bytes = Buffer.from(given);
    this.#bytes += bytes.length;
    const encoding = DECLARED.exec(bytes.toString('latin1', 0, 256))?.[1]?.toUpperCase() ?? 'UTF-8';
    if (encoding !== 'UTF-8') return this.#unreadable('FILE_NOT_UTF8', `${name}:1`, encoding);
    try {
      const document = parseXml(bytes);
      if (document.encoding !== 'UTF-8') return this.#unreadable('FILE_NOT_UTF8', `${name}:1`, document.encoding);
      this.#names.set(document.bytes, name);
      return document;
    } catch (thrown) {
      if (!(thrown instanceof GatewayError)) throw thrown;
      const line = /line (\d+)/.exec(thrown.location ?? '')?.[1] ?? '1';
      return this.#unreadable('FILE_UNREADABLE', `${name}:${line}`, `${thrown.code}: ${thrown.message}`);
    }
  }

  #unreadable(code: WsdlFindingCode, place: string, particulars: string): undefined {
    this.findings.push(wsdlFinding(code, place, particulars));
  }

  async #readDefinitions(root: XmlElement): Promise<void> {
    this.definitions.push(root);
    if ((plainAttribute(root, 'targetNamespace') ?? '') === '') this.#report('TARGET_NAMESPACE_MISSING', root);
    for (const node of childrenIn(root, WSDL_NAMESPACE)) {
      if (node.localName === 'import') await this.#import(node, plainAttribute(node, 'location'));
      else if (node.localName === 'types') {
        for (const schema of childrenIn(node, XSD_NAMESPACE)) await this.#readSchema(schema, undefined);
      }
    }
  }

  /** `included`: the namespace of the schema that includes it; undefined for one that is inline or imported. */
  async #readSchema(root: XmlElement, included: string | undefined): Promise<void> {
    const own = plainAttribute(root, 'targetNamespace');
    const targetNamespace = own ?? included ?? '';
    this.schemas.push({ root, targetNamespace, chameleon: own === undefined && included !== undefined });
    for (const node of childrenIn(root, XSD_NAMESPACE)) {
      if (!IMPORTING.has(node.localName)) continue;
      if (node.localName === 'redefine') this.#report('SCHEMA_REDEFINE', node);
      const includes = node.localName !== 'import';
      await this.#import(node, plainAttribute(node, 'schemaLocation'), includes ? targetNamespace : undefined);
    }
  }

  /** An xs:import without schemaLocation speaks of a schema that is here anyway. */
  async #import(node: XmlElement, location: string | undefined, included?: string): Promise<void> {
    const namespace = plainAttribute(node, 'namespace');
    if (location === undefined || KNOWN.has(namespace ?? '')) return;
    const located = locate(this.#nameOf(node), location);
    if (located.kind !== 'file') {
      this.#report(located.kind === 'remote' ? 'IMPORT_REMOTE' : 'IMPORT_OUTSIDE', node, location);
      return;
    }
    const key = included === undefined ? located.path : `${located.path} ${included}`;
    if (this.#done.has(key)) return;
    this.#done.add(key);
    await this.#readFile({ node, path: located.path, namespace }, included);
  }

  async #readFile(what: Import, included: string | undefined): Promise<void> {
    const { node, path } = what;
    if (this.#done.size > MAX_FILES || this.#bytes > MAX_BYTES) return this.#report('IMPORT_LIMIT', node, path);
    const bytes = await this.#open(path);
    if (bytes === undefined) return this.#report('IMPORT_MISSING', node, path);
    if (this.#bytes + bytes.length > MAX_BYTES) return this.#report('IMPORT_LIMIT', node, path);
    const root = this.#parse(path, bytes)?.root;
    if (root !== undefined) await this.#readImported(root, what, included);
  }

  async #readImported(root: XmlElement, what: Import, included: string | undefined): Promise<void> {
    const { node, path } = what;
    const expected = included ?? what.namespace ?? '';
    const own = plainAttribute(root, 'targetNamespace') ?? (included === undefined ? '' : expected);
    const isWsdl = isDefinitions(root) && node.namespace === WSDL_NAMESPACE;
    if (!isWsdl && !isSchema(root)) {
      this.#report(node.namespace === WSDL_NAMESPACE ? 'NOT_WSDL' : 'NOT_SCHEMA', node, path);
    } else if (own !== expected) this.#report('IMPORT_NAMESPACE', node, own);
    else if (isWsdl) await this.#readDefinitions(root);
    else await this.#readSchema(root, included);
  }
}

function isDefinitions(el: XmlElement): boolean {
  return el.namespace === WSDL_NAMESPACE && el.localName === 'definitions';
}

function isSchema(el: XmlElement): boolean {
  return el.namespace === XSD_NAMESPACE && el.localName === 'schema';
}
