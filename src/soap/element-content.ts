import type { XmlElement } from '../xml/tree.ts';

const NOT_BLANK = /[^ \t\r\n]/;

/** Whether character data other than white space stands directly inside the element, where only elements belong. */
export function holdsText(element: XmlElement): boolean {
  return element.children.some((node) => node.kind === 'text' && NOT_BLANK.test(node.octets));
}
