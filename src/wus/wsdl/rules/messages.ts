import { keyOf, plainAttribute } from '../names.ts';
import { type MessageUse, usesOf, type WsdlModel } from '../model.ts';
import { wsdlFinding } from './finding-table.ts';
import type { WsdlFinding } from './finding-table.ts';

/** Each message is one element in the Body. @spec Digikoppeling WW003, WW004 */
export function checkMessages(model: WsdlModel): readonly WsdlFinding[] {
  return [...usesOf(model).flatMap((use) => judgeMessage(use, model)), ...sharedInputs(model)];
}

function judgeMessage({ node, message, parts, element }: MessageUse, model: WsdlModel): readonly WsdlFinding[] {
  const { placeOf } = model.documents;
  if (message === undefined) {
    return [wsdlFinding('MESSAGE_UNKNOWN', placeOf(node), plainAttribute(node, 'message') ?? 'no message=')];
  }
  const [part] = parts;
  if (part === undefined || parts.length > 1) return [wsdlFinding('PARTS', placeOf(message), String(parts.length))];
  const type = plainAttribute(part, 'type');
  if (type !== undefined) return [wsdlFinding('PART_TYPE', placeOf(part), type)];
  const named = plainAttribute(part, 'element');
  if (named === undefined) return [wsdlFinding('PART_ELEMENT', placeOf(part))];
  const known = element !== undefined && model.components.find('element', element) !== undefined;
  return known ? [] : [wsdlFinding('ELEMENT_UNKNOWN', placeOf(part), named)];
}

function sharedInputs({ operations, documents }: WsdlModel): readonly WsdlFinding[] {
  const seen = new Set<string>();
  return operations.flatMap(({ input }) => {
    if (input?.element === undefined) return [];
    const key = keyOf(input.element);
    const shared = seen.has(key);
    seen.add(key);
    return shared ? [wsdlFinding('INPUT_SHARED', documents.placeOf(input.node), input.element.localName)] : [];
  });
}
