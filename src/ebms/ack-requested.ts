import type { XmlElement } from '../xml/tree.ts';
import { tag } from '../xml/writer.ts';
import { ebAttribute } from './element-values.ts';
import { parseHeaderExtension } from './header-extension.ts';
import type { AckRequested } from './message.ts';
import { ACTOR_NEXT_MSH, EBMS_VERSION } from './namespaces.ts';
import { invalid, Sequence } from './sequence.ts';

const AT = '//Header/AckRequested';
const ATTRIBUTES: readonly string[] = ['version', 'signed'];

/** @spec ebMS2 §6.3.1 */
export function parseAckRequested(block: XmlElement): AckRequested {
  const { version, actor } = parseHeaderExtension(block, AT, ATTRIBUTES);
  new Sequence(block, AT).end('extensible');
  return { version, actor, signed: parseSigned(ebAttribute(block, 'signed')) };
}

/** xsd:boolean, white space collapsed. */
function parseSigned(value: string | undefined): boolean {
  switch (value?.trim()) {
    case 'true':
    case '1':
      return true;
    case 'false':
    case '0':
      return false;
    case undefined:
    default:
      throw invalid(`${AT}/@signed`, 'missing or not a boolean');
  }
}

export function writeAckRequested({ version, actor, signed }: AckRequested): string {
  return tag('eb:AckRequested', {
    'soap:actor': actor,
    'soap:mustUnderstand': '1',
    'eb:signed': String(signed),
    'eb:version': version,
  });
}

/** Asks the next MSH for a receipt; Digikoppeling has no next MSH, so this is written for tests of a multi-hop message only. */
export function writeNextMshAckRequested(): string {
  return writeAckRequested({ version: EBMS_VERSION, actor: ACTOR_NEXT_MSH, signed: false });
}
