import type { Clock } from '../../clock.ts';
import { parseDateTime } from '../../clock.ts';
import type { Agreement } from '../../cpa/agreement.ts';
import { parsePartyKey } from '../../cpa/party-lookup.ts';
import { resolveSignal } from '../../cpa/resolve.ts';
import { ACTOR_NEXT, EBMS_VERSION, MSH_ACTION } from '../../ebms/namespaces.ts';
import { newId } from '../../ids.ts';
import type { MessageDetail } from '../../ports/store.ts';
import type { CpaRegister } from '../cpa-register.ts';
import type { PartnerStatus, PingRequest, PingResult } from '../partner-use-cases.ts';
import { checkCpaDates } from '../inbound/checks/check-cpa-dates.ts';
import { requireOurSender } from '../our-party.ts';
import { isSynchronous } from '../sync-reply.ts';
import type { Asker } from './asker.ts';
import { exchangeHeader } from './exchange-terms.ts';

export interface Questioner {
  readonly asker: Asker;
  readonly cpas: CpaRegister;
  readonly clock: Clock;
  readonly ours: ReadonlySet<string>;
}

/** Throws what `PartnerUseCases.ping` names. @spec ebMS2 §8.1 */
export async function ping(request: PingRequest, questioner: Questioner): Promise<PingResult> {
  const agreement = agreeToAsk(request, MSH_ACTION.ping, questioner);
  const common = questionOf(agreement, questioner, undefined);
  const { message, exchanged } = await questioner.asker.ask({ agreement, message: { ...common, kind: 'PingMessage' } });
  const pingId = common.header.messageData.messageId;
  return { ...exchanged, pingId, pongId: message.header.messageData.messageId };
}

/**
 * RefToMessageId stands in the Body, as the specification has it, and in the header too, where one peer looks for it.
 * Throws what `MessageUseCases.status` names. @spec ebMS2 §7.1.1
 */
export async function askStatus(sent: MessageDetail, questioner: Questioner): Promise<PartnerStatus> {
  const { messageId, cpaId, fromPartyId: from, toPartyId: to } = sent;
  const agreement = agreeToAsk({ cpaId, from, to }, MSH_ACTION.statusRequest, questioner);
  const common = questionOf(agreement, questioner, messageId);
  const question = { ...common, kind: 'StatusRequestMessage', refToMessageId: messageId } as const;
  const { message, exchanged } = await questioner.asker.ask({ agreement, message: question });
  if (message.kind !== 'StatusResponseMessage') throw new Error('the asker gives the answer that fits the question');
  const { timestamp } = message;
  const receivedAt = timestamp === undefined ? undefined : parseDateTime(timestamp);
  return { ...exchanged, messageId, status: message.messageStatus, receivedAt };
}

function agreeToAsk(request: PingRequest, action: string, { cpas, clock, ours }: Questioner): Agreement {
  const known = cpas.get(request.cpaId);
  checkCpaDates({ known, receivedAt: clock.now() });
  const { cpa } = known;
  const from = parsePartyKey(request.from, cpa);
  const to = request.to === undefined ? undefined : [parsePartyKey(request.to, cpa)];
  const agreement = resolveSignal(cpa, [from], to, action);
  requireOurSender(agreement, ours, request.from);
  return agreement;
}

function questionOf(
  agreement: Agreement,
  { clock }: Questioner,
  refToMessageId: string | undefined,
): Pick<Parameters<Asker['ask']>[0]['message'], 'header' | 'syncReply' | 'messageOrder'> {
  return {
    header: exchangeHeader(agreement, { now: clock.now(), conversationId: newId(), refToMessageId }),
    syncReply: isSynchronous(agreement.syncReplyMode) ? { version: EBMS_VERSION, actor: ACTOR_NEXT } : undefined,
    messageOrder: undefined,
  };
}
