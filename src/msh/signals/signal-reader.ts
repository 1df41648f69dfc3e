import { partyKeyOf } from '../../cpa/typed-value.ts';
import { acknowledgmentSigning } from '../../cpa/acknowledgment-signing.ts';
import type { Agreement } from '../../cpa/agreement.ts';
import type { Acknowledgment, AcknowledgmentMessage, ErrorMessage } from '../../ebms/message.ts';
import { GatewayError } from '../../errors.ts';
import type { Attempt, Conclusion, MessageDetail, MessagePurpose, NewEvent, Store } from '../../ports/store.ts';
import type { CpaRegister } from '../cpa-register.ts';
import { SIGNAL_CHECKS } from '../inbound/checks/grid.ts';
import type { ParsedMessage } from '../inbound/stages.ts';
import { isSigned, type Verifier, verifySigned } from '../inbound/verify.ts';
import type { Log } from '../../ports/log.ts';
import { agreementOfSent } from '../sent-agreement.ts';
import { checkActor } from './check-actor.ts';
import { compareReferences } from './compare-references.ts';
import { errorData } from './error-data.ts';

export type SignalMessage = ParsedMessage<AcknowledgmentMessage | ErrorMessage>;

export interface SignalReader {
  /**
   * Uses an Acknowledgment or MessageError about a message of ours, wherever it came in. Throws SIGNAL_UNEXPECTED,
   * SIGNATURE_* and so on when it may not be used: then nothing has changed. @spec ebMS2 §6.3.2, §4.2.3
   */
  read(signal: SignalMessage, within?: Exchange): Promise<SignalUse>;
}

/** The exchange in whose HTTP answer the signal came: what was sent, and the attempt that is noted with the end. */
export interface Exchange {
  readonly sent: SentMessage;
  readonly attempt: Attempt;
}

export type SentMessage = MessagePurpose & Pick<MessageDetail, 'messageId' | 'envelope' | 'ackSigned'>;

/** `ended`: the message has ended, now or before, and the attempt of the exchange is noted. `open`: it goes on. */
export type SignalUse = 'ended' | 'open';

export interface SignalParts extends Verifier {
  readonly store: Store;
  readonly cpas: CpaRegister;
  readonly log: Log;
  concluded(state: 'DELIVERED' | 'FAILED'): void;
}

export function createSignalReader(parts: SignalParts): SignalReader {
  return {
    async read(signal, within) {
      for (const check of SIGNAL_CHECKS) check(signal);
      const sent = await requireSent(signal, parts, within?.sent);
      const attempt = within?.sent.messageId === sent.messageId ? within.attempt : undefined;
      const about = { sent, agreement: agreementOfSent(sent, parts.cpas), attempt, parts };
      if (isAcknowledgment(signal)) return readAcknowledgment(signal, about);
      return isError(signal) ? readError(signal, about) : 'open';
    },
  };
}

interface About {
  readonly sent: SentMessage;
  readonly agreement: Agreement;
  readonly attempt: Attempt | undefined;
  readonly parts: SignalParts;
}

function isAcknowledgment(signal: SignalMessage): signal is ParsedMessage<AcknowledgmentMessage> {
  return signal.message.kind === 'AcknowledgmentMessage';
}

function isError(signal: SignalMessage): signal is ParsedMessage<ErrorMessage> {
  return signal.message.kind === 'ErrorMessage';
}

/** The message of ours that the signal speaks of: same CPA, same conversation partners, sent to who signals now. */
async function requireSent(
  signal: SignalMessage,
  parts: SignalParts,
  known: SentMessage | undefined,
): Promise<SentMessage> {
  const { header } = signal.message;
  const refToMessageId = isAcknowledgment(signal)
    ? signal.message.acknowledgment.refToMessageId
    : header.messageData.refToMessageId;
  const sent =
    refToMessageId === known?.messageId
      ? known
      : await findSent(refToMessageId, parts.store, partyKeyOf(header.to.partyIds));
  if (
    sent === undefined ||
    sent.cpaId !== header.cpaId ||
    sent.toPartyId !== partyKeyOf(header.from.partyIds) ||
    sent.fromPartyId !== partyKeyOf(header.to.partyIds)
  ) {
    throw unexpected(
      `no message ${String(refToMessageId)} was sent to ${partyKeyOf(header.from.partyIds)} under this CPA`,
    );
  }
  return sent;
}

/** Under its own sender: the gateway may host several parties that use the same MessageId. */
async function findSent(messageId: string | undefined, store: Store, sender: string): Promise<SentMessage | undefined> {
  return messageId === undefined ? undefined : store.findMessage(messageId, 'out', sender);
}

async function readAcknowledgment(signal: ParsedMessage<AcknowledgmentMessage>, about: About): Promise<SignalUse> {
  const { sent, agreement, parts } = about;
  checkActor(signal.message.acknowledgment);
  if (agreement.ackRequested === 'never') throw unexpected('no Acknowledgment was asked for');
  if (sent.ackSigned === true) await verifySigned(signal, acknowledgmentSigning(agreement), parts);
  await requireReferences(signal.message.acknowledgment, sent, parts.store);
  return conclude(signal, about, { state: 'DELIVERED', event: 'message.delivered', data: {} });
}

/** Of the message as it travels, or as it travelled in an HTTP answer with the receipt of the request beside it. */
async function requireReferences({ references }: Acknowledgment, sent: SentMessage, store: Store): Promise<void> {
  const required = sent.ackSigned === true;
  try {
    compareReferences(references, sent, required);
  } catch (refusal) {
    const { messageId, fromPartyId } = sent;
    const bundle = (await store.findMessage(messageId, 'out', fromPartyId))?.bundle;
    if (bundle === undefined) throw refusal;
    compareReferences(references, { envelope: bundle }, required);
  }
}

/**
 * A MessageError of severity Error ends a delivery where the contract does not sign, or where it is itself signed as a
 * receipt would be; no known peer signs its errors, and an unsigned one anybody could have made. Otherwise it is an
 * alert, and the schedule goes on.
 */
async function readError(signal: ParsedMessage<ErrorMessage>, about: About): Promise<SignalUse> {
  const { errorList } = signal.message;
  const { agreement, parts } = about;
  const data = errorData(errorList);
  if (
    errorList.highestSeverity === 'Error' &&
    (agreement.signing === undefined || (await isSigned(signal, acknowledgmentSigning(agreement), parts)))
  ) {
    return conclude(signal, about, {
      state: 'FAILED',
      event: 'message.failed',
      data: { code: 'PEER_REFUSED', ...data },
    });
  }
  const event = eventOf(about.sent, { type: 'alert.partner-error', at: signal.receivedAt, data });
  parts.log.warn({ messageId: about.sent.messageId, ...data }, 'partner reports an error; the message stays open');
  await parts.store.note({ event });
  return 'open';
}

/** Not async: while the store writes, nobody here holds the tree of the signal. */
function conclude(
  signal: SignalMessage,
  about: About,
  end: {
    readonly state: 'DELIVERED' | 'FAILED';
    readonly event: 'message.delivered' | 'message.failed';
    readonly data: NewEvent['data'];
  },
): Promise<SignalUse> {
  const { sent, attempt } = about;
  const at = signal.receivedAt;
  const signalId = signal.message.header.messageData.messageId;
  return storeEnd(
    {
      messageId: sent.messageId,
      sender: sent.fromPartyId,
      state: end.state,
      signal: { messageId: signalId, envelope: signal.envelopeBytes, receivedAt: at },
      event: eventOf(sent, { type: end.event, at, data: { ...end.data, signal: signalId } }),
      late: eventOf(sent, {
        type: 'message.late-signal',
        at,
        data: { ...end.data, signal: signalId, wouldBe: end.state },
      }),
      ...(attempt === undefined ? {} : { attempt }),
    },
    end.state,
    about.parts,
  );
}

async function storeEnd(conclusion: Conclusion, state: 'DELIVERED' | 'FAILED', parts: SignalParts): Promise<SignalUse> {
  const outcome = await parts.store.concludeOutbound(conclusion);
  if (outcome === 'concluded') parts.concluded(state);
  const { messageId, signal } = conclusion;
  parts.log.info({ messageId, signal: signal.messageId, outcome, state }, 'signal used');
  return outcome === 'unknown' ? 'open' : 'ended';
}

function eventOf(sent: SentMessage, event: Pick<NewEvent, 'type' | 'at' | 'data'>): NewEvent {
  return { ...event, messageId: sent.messageId, direction: 'out', cpaId: sent.cpaId };
}

function unexpected(detail: string): GatewayError {
  return new GatewayError('SIGNAL_UNEXPECTED', { detail });
}
