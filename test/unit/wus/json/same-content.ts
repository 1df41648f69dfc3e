import assert from 'node:assert/strict';
import { childElements, parseXml, textContent } from '../../../../src/xml/tree.ts';
import type { XmlElement } from '../../../../src/xml/tree.ts';

/** Names, attributes and text in their order: nothing of how it is written. */
function contentOf(el: XmlElement): unknown {
  const attributes = el.attributes
    .map(({ namespace, localName, value }) => `${namespace} ${localName} ${value}`)
    .sort();
  const children = childElements(el);
  return {
    name: `${el.namespace} ${el.localName}`,
    attributes,
    content: children.length === 0 ? textContent(el) : children.map(contentOf),
  };
}

/** Two documents have the same content. */
export function assertSameContent(left: Uint8Array, right: Uint8Array): void {
  assert.deepEqual(contentOf(parseXml(right).root), contentOf(parseXml(left).root));
}
