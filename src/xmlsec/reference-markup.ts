import { hash } from 'node:crypto';
import { simpleText, type XmlElement } from '../xml/tree.ts';
import { escapeText, tag } from '../xml/writer.ts';
import { actorXPath, SOAP_NAMESPACE, xpathPrefix } from './actor-filter.ts';
import { EXCLUSIVE_NAMESPACE, XPATH_TRANSFORM } from './algorithms.ts';
import { canonicalFormOf } from './canonical-form.ts';
import type { ParsedReference, ParsedTransform } from './signature.ts';
import { onlyElements } from './strict-elements.ts';

/**
 * Markup of verified References for an Acknowledgment: canonical inside an envelope that declares ds and soap, any other prefix
 * declared where it is used. @spec ebMS2 §6.3.2.6
 */
export function writeReferences(references: readonly ParsedReference[]): string {
  return references.map(writeReference).join('');
}

function writeReference({ uri, transforms, digest, digestValue }: ParsedReference): string {
  return tag(
    'ds:Reference',
    { URI: uri },
    transforms.length === 0 ? '' : tag('ds:Transforms', {}, ...transforms.map(writeTransform)),
    tag('ds:DigestMethod', { Algorithm: digest }),
    tag('ds:DigestValue', {}, escapeText(digestValue)),
  );
}

function writeTransform({ algorithm, element }: ParsedTransform): string {
  return tag(
    'ds:Transform',
    { Algorithm: algorithm },
    algorithm === XPATH_TRANSFORM ? copyXPath(element) : copyList(element),
  );
}

/** The text as the peer wrote it, since peers may compare it; a prefix that is ours is renamed. */
function copyXPath(transform: XmlElement): string {
  const [xpath] = onlyElements(transform);
  if (xpath === undefined) return '';
  const prefix = xpathPrefix(xpath);
  if (prefix === 'ds') return writeXPath('soap', actorXPath('soap'));
  return writeXPath(prefix, simpleText(xpath) ?? '');
}

function writeXPath(prefix: string, text: string): string {
  return tag('ds:XPath', prefix === 'soap' ? {} : { [`xmlns:${prefix}`]: SOAP_NAMESPACE }, escapeText(text));
}

function copyList(transform: XmlElement): string {
  if (onlyElements(transform).length === 0) return '';
  const prefixes = canonicalFormOf(transform).inclusivePrefixes ?? [];
  return tag('ec:InclusiveNamespaces', { 'xmlns:ec': EXCLUSIVE_NAMESPACE, PrefixList: prefixes.join(' ') });
}

/**
 * SHA-256 over what the References say, in an order of our own: equal for an honest repeat however its package was put together,
 * and different as soon as an octet of envelope or part is. @spec ebMS2 §6.5.6
 */
export function referenceIdentity(references: readonly ParsedReference[]): Buffer {
  const lines = references.map((one) => JSON.stringify([one.uri, one.digest, one.digestValue]));
  return hash('sha256', lines.sort().join('\n'), 'buffer');
}
