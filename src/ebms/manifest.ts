import type { XmlElement } from '../xml/tree.ts';
import { attribute } from '../xml/tree.ts';
import { tag } from '../xml/writer.ts';
import { checkAttributes, URI_MAX } from './element-values.ts';
import { parseBodyExtension } from './header-extension.ts';
import type { Manifest, ManifestReference } from './message.ts';
import { XLINK_NS } from './namespaces.ts';
import { invalid, Sequence } from './sequence.ts';

const AT = '//Body/Manifest';
const REFERENCE_AT = `${AT}/Reference`;
const REFERENCES = { min: 1, max: 1000 };
const UNREAD = { min: 0, max: 100 };

/** At least one Reference; where each one leads is for the checks. @spec ebMS2 §3.2 */
export function parseManifest(element: XmlElement): Manifest {
  const version = parseBodyExtension(element, AT);
  const sequence = new Sequence(element, AT);
  const references = sequence.many('Reference', REFERENCES).map(parseReference);
  sequence.end('extensible');
  return { version, references };
}

/** Schema and Description are for people and stay unread. @spec ebMS2 §3.2.1 */
function parseReference(element: XmlElement): ManifestReference {
  checkAttributes(element, REFERENCE_AT);
  const sequence = new Sequence(element, REFERENCE_AT);
  sequence.many('Schema', UNREAD);
  sequence.many('Description', UNREAD);
  sequence.end('extensible');
  const type = attribute(element, XLINK_NS, 'type');
  if (type !== undefined && type !== 'simple') throw invalid(`${REFERENCE_AT}/@type`, 'not simple');
  const href = uri(element, 'href');
  if (href === undefined || href === '') throw invalid(`${REFERENCE_AT}/@href`, 'missing');
  return { href, role: uri(element, 'role') };
}

function uri(element: XmlElement, localName: string): string | undefined {
  const value = attribute(element, XLINK_NS, localName);
  if (value !== undefined && value.length > URI_MAX) throw invalid(`${REFERENCE_AT}/@${localName}`, 'too long');
  return value;
}

export function writeManifest({ version, references }: Manifest): string {
  return tag('eb:Manifest', { 'eb:version': version }, ...references.map(writeReference));
}

function writeReference({ href, role }: ManifestReference): string {
  return tag('eb:Reference', { 'xlink:href': href, 'xlink:role': role, 'xlink:type': 'simple' });
}
