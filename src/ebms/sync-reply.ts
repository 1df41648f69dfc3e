import type { XmlElement } from '../xml/tree.ts';
import { tag } from '../xml/writer.ts';
import { parseHeaderExtension } from './header-extension.ts';
import type { SyncReply } from './message.ts';
import { invalid, Sequence } from './sequence.ts';

const AT = '//Header/SyncReply';

/** @spec ebMS2 §4.3 */
export function parseSyncReply(block: XmlElement): SyncReply {
  const { version, actor } = parseHeaderExtension(block, AT);
  if (actor === undefined) throw invalid(`${AT}/@actor`, 'missing');
  new Sequence(block, AT).end('extensible');
  return { version, actor };
}

export function writeSyncReply({ version, actor }: SyncReply): string {
  return tag('eb:SyncReply', { 'soap:actor': actor, 'soap:mustUnderstand': '1', 'eb:version': version });
}
