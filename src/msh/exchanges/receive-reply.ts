import { partyKeyOf } from '../../cpa/typed-value.ts';
import { GatewayError } from '../../errors.ts';
import type { OutgoingAnswer } from '../../ports/transport.ts';
import { answer } from '../answers.ts';
import type { KnownCpa } from '../gateway.ts';
import type { ParsedMessage } from '../inbound/stages.ts';
import type { ReplyMessage } from './exchange-terms.ts';
import { agreeQuestion, type QuestionAnswerer, turnAway } from './answer-question.ts';
import type { Asker } from './asker.ts';

/**
 * A Pong or StatusResponse that came by a request of its own: for who waits for it. One that nobody waits for is
 * refused, and a flood of them is turned away without a trace on disk. Throws SIGNAL_UNEXPECTED. @spec ebMS2 §7.1.2, §8.2
 */
export async function receiveReply(
  reply: ParsedMessage<ReplyMessage>,
  known: KnownCpa,
  receiver: Pick<QuestionAnswerer, 'allowance' | 'counted' | 'log'> & { readonly asker: Asker },
): Promise<OutgoingAnswer> {
  if (await receiver.asker.settle(reply)) return answer('signal');
  const { header } = reply.message;
  const { from } = agreeQuestion(header, known);
  const partner = partyKeyOf(from.partyIds);
  if (!receiver.allowance.take(partner, reply.receivedAt)) return turnAway(header, receiver);
  const asked = String(header.messageData.refToMessageId);
  throw new GatewayError('SIGNAL_UNEXPECTED', { detail: `nobody waits for an answer to ${asked}` });
}
