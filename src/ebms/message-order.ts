import type { XmlElement } from '../xml/tree.ts';
import { escapeText, tag } from '../xml/writer.ts';
import { ebAttribute, leafText } from './element-values.ts';
import { parseEndToEndExtension } from './header-extension.ts';
import type { MessageOrder } from './message.ts';
import { invalid, Sequence } from './sequence.ts';

const AT = '//Header/MessageOrder';
const SEQUENCE_NUMBER_ATTRIBUTES: readonly string[] = ['status'];
/** Longest SequenceNumber that is taken, in UTF-16 units; the checks read what it says. */
const NUMBER_MAX = 64;

/** Its structure; whether the number is one is left to the checks. @spec ebMS2 §9.1.1 */
export function parseMessageOrder(block: XmlElement): MessageOrder {
  const version = parseEndToEndExtension(block, AT);
  const sequence = new Sequence(block, AT);
  const number = sequence.required('SequenceNumber');
  const sequenceNumber = leafText(number, `${AT}/SequenceNumber`, SEQUENCE_NUMBER_ATTRIBUTES).trim();
  if (sequenceNumber.length > NUMBER_MAX) throw invalid(`${AT}/SequenceNumber`, 'too long');
  sequence.end('extensible');
  return { version, sequenceNumber, status: parseStatus(ebAttribute(number, 'status')) };
}

/** The value of a SequenceNumber; undefined when it is none from 0 to 99999999. @spec ebMS2 §9.1.1 */
export function readSequenceNumber({ sequenceNumber }: MessageOrder): number | undefined {
  return /^\d{1,8}$/.test(sequenceNumber) ? Number(sequenceNumber) : undefined;
}

export function writeMessageOrder({ version, sequenceNumber, status }: MessageOrder): string {
  return tag(
    'eb:MessageOrder',
    { 'soap:mustUnderstand': '1', 'eb:version': version },
    tag('eb:SequenceNumber', { 'eb:status': status }, escapeText(sequenceNumber)),
  );
}

function parseStatus(value: string | undefined): MessageOrder['status'] {
  if (value === undefined || value === 'Continue') return 'Continue';
  if (value === 'Reset') return 'Reset';
  throw invalid(`${AT}/SequenceNumber/@status`, 'neither Reset nor Continue');
}
