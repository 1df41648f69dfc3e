import { GatewayError } from '../../../errors.ts';
import { decodeCid } from '../../../mime/content-id.ts';
import type { Check } from './check.ts';

/** The Manifest names every part once, and only parts of this message. @spec ebMS2 §3.2 */
export const checkManifest: Check = ({ message, parts }) => {
  const unlisted = new Set(parts.map((part) => part.contentId));
  for (const { href } of message.manifest?.references ?? []) {
    const contentId = decodeCid(href);
    if (contentId === undefined) {
      throw new GatewayError('PAYLOAD_UNRESOLVED', { location: '//Body/Manifest/Reference/@href' });
    }
    // A part that is named twice is gone the second time: refused like one that never came.
    if (!unlisted.delete(contentId)) throw new GatewayError('PAYLOAD_MISSING', { location: href });
  }
  const [extra] = unlisted;
  if (extra !== undefined)
    throw new GatewayError('PAYLOAD_UNLISTED', { location: '//Body/Manifest', detail: `part ${extra}` });
};
