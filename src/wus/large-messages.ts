import type { WusContent } from './content.ts';

/** From here on partners agree on large messages, which then go another way. @spec Digikoppeling Grote Berichten VW001 */
export const LARGE_MESSAGE_BYTES = 20 * 1024 * 1024;

/** What an operator should know of content that is too large for a message without agreement; undefined where it is not. */
export function largeMessageRemark({ body, attachments }: WusContent): string | undefined {
  const size = attachments.reduce((sum, one) => sum + one.size, body.length);
  if (size <= LARGE_MESSAGE_BYTES) return undefined;
  return `${size} octets: over 20 MiB only Grote Berichten may be used, unless partners agree otherwise`;
}
