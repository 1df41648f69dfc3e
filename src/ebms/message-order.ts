import type { XmlElement } from '../xml/tree.ts';
import { leafText } from './element-values.ts';
import { parseEndToEndExtension } from './header-extension.ts';
import { Sequence } from './sequence.ts';

const AT = '//Header/MessageOrder';
const SEQUENCE_NUMBER_ATTRIBUTES: readonly string[] = ['status'];

/** Only its structure: what the number is, nobody here asks. @spec ebMS2 §9.1.1 */
export function parseMessageOrder(block: XmlElement): void {
  parseEndToEndExtension(block, AT);
  const sequence = new Sequence(block, AT);
  leafText(sequence.required('SequenceNumber'), `${AT}/SequenceNumber`, SEQUENCE_NUMBER_ATTRIBUTES);
  sequence.end('extensible');
}
