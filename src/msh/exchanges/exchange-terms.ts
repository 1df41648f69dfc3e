import { signingTermsOf } from '../../cpa/agreement-terms.ts';
import type { Agreement } from '../../cpa/agreement.ts';
import { mshChannelOf } from '../../cpa/msh-channel.ts';
import { DS_NS, EBMS_VERSION, MSH_SERVICE } from '../../ebms/namespaces.ts';
import type {
  MessageHeader,
  PingMessage,
  PongMessage,
  StatusRequestMessage,
  StatusResponseMessage,
} from '../../ebms/message.ts';
import { toDateTime } from '../../clock.ts';
import { newMessageId } from '../../ids.ts';
import { findChild } from '../../xml/tree.ts';
import { endpointHost, ownEndpoint } from '../endpoint.ts';
import { SIGNAL_CHECKS } from '../inbound/checks/grid.ts';
import type { ParsedMessage } from '../inbound/stages.ts';
import { type Verifier, verifySigned } from '../inbound/verify.ts';

/** What one MSH asks another, and what it gets to hear. Neither is ever stored as a message. */
export type QuestionMessage = PingMessage | StatusRequestMessage;
export type ReplyMessage = PongMessage | StatusResponseMessage;

/** What both kinds of question are under their rules, whoever asks. @spec ebMS2 §7.1, §8 */
export async function checkExchange(message: ParsedMessage, agreement: Agreement, verifier: Verifier): Promise<void> {
  for (const check of SIGNAL_CHECKS) check(message);
  await verifyIfSigned(message, agreement, verifier);
}

/**
 * A question may be signed and need not be. Where it is, and its sender has terms to sign by, the signature must be
 * right; a signature without terms says nothing, as with a business message that nobody asked to sign. @spec ebMS2 §7.1.3
 */
async function verifyIfSigned(message: ParsedMessage, agreement: Agreement, verifier: Verifier): Promise<void> {
  const { header } = message.soap;
  if (header === undefined || findChild(header, DS_NS, 'Signature') === undefined) return;
  const { info } = agreement.from;
  const channel = mshChannelOf(info, agreement.action);
  const terms = channel === undefined ? undefined : signingTermsOf(info, channel);
  if (terms !== undefined) await verifySigned(message, [terms], verifier);
}

/** The header of a question or its answer, from one party's MSH to the other's: no Role, as all known peers. */
export function exchangeHeader(
  agreement: Agreement,
  more: {
    readonly now: number;
    readonly conversationId: string;
    readonly refToMessageId: string | undefined;
  },
): MessageHeader {
  const { from, to } = agreement;
  return {
    version: EBMS_VERSION,
    from: { partyIds: from.partyIds, role: undefined },
    to: { partyIds: to.partyIds, role: undefined },
    cpaId: agreement.cpa.cpaId,
    conversationId: more.conversationId,
    service: { value: MSH_SERVICE },
    action: agreement.action,
    messageData: {
      messageId: newMessageId(endpointHost(ownEndpoint(agreement))),
      timestamp: toDateTime(more.now),
      refToMessageId: more.refToMessageId,
      timeToLive: undefined,
    },
    duplicateElimination: false,
    descriptions: [],
  };
}
