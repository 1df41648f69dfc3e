import type { Clock } from '../../clock.ts';
import { GatewayError, toGatewayError } from '../../errors.ts';
import type { ReadOptions } from '../../ebms/parse-message.ts';
import { parseContentType } from '../../mime/content-type.ts';
import type { IncomingAnswer } from '../../ports/transport.ts';
import { parseArrived } from '../inbound/parse.ts';
import type { ParsedMessage } from '../inbound/stages.ts';
import type { MessageLimits } from '../limits.ts';

/** The message in the HTTP answer of a partner. Throws PEER_ANSWER. */
export function readAnswer(
  { contentType, body }: IncomingAnswer,
  { clock, limits }: { readonly clock: Clock; readonly limits: MessageLimits },
  options?: ReadOptions,
): ParsedMessage {
  try {
    const charset = contentType === undefined ? undefined : parseContentType(contentType)?.parameters.get('charset');
    const arrived = { envelope: body, charset, parts: [], receivedAt: clock.now(), remote: 'answer' };
    return parseArrived(arrived, limits.xml, options);
  } catch (cause) {
    const detail = `the answer cannot be read: ${toGatewayError(cause).message}`;
    throw new GatewayError('PEER_ANSWER', { detail, cause });
  }
}
