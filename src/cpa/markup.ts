import { escapeAttribute, escapeText } from '../xml/writer.ts';

/** An element to be written with one line each; a string child is text and stands in the line of its element. */
export interface Markup {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Markup[] | string;
}

export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly Markup[] | string = [],
): Markup {
  return { name, attributes, children };
}

/** Indented lines with tabs, as contracts are commonly printed. */
export function printMarkup(markup: Markup, indent = ''): string {
  const attributes = Object.entries(markup.attributes).map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`);
  const start = `${indent}<${markup.name}${attributes.join('')}`;
  if (typeof markup.children === 'string') return `${start}>${escapeText(markup.children)}</${markup.name}>\n`;
  if (markup.children.length === 0) return `${start}/>\n`;
  const inside = markup.children.map((child) => printMarkup(child, `${indent}\t`));
  return `${start}>\n${inside.join('')}${indent}</${markup.name}>\n`;
}
