import type { XmlElement } from '../xml/tree.ts';
import { optionalAttribute, requiredText } from './element-reader.ts';
import type { TypedValue } from './typed-value.ts';

/** PartyId and Service: text with an optional type. */
export function typedValueOf(element: XmlElement): TypedValue {
  const type = optionalAttribute(element, 'type');
  const value = requiredText(element);
  return type === undefined || type === '' ? { value } : { type, value };
}
