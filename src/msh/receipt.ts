import { toDateTime } from '../clock.ts';
import type { Agreement } from '../cpa/agreement.ts';
import { type PartyId, sameTyped } from '../cpa/typed-value.ts';
import type { Acknowledgment, AcknowledgmentMessage } from '../ebms/message.ts';
import { MSH_ACTION } from '../ebms/namespaces.ts';
import { makeTemplate, type Template } from '../ebms/template.ts';
import { writeMessage } from '../ebms/write-message.ts';
import { ACTOR_TO_PARTY_MSH } from '../soap/header-blocks.ts';
import { escapeText } from '../xml/writer.ts';
import type { VerifiedMessage } from './inbound/stages.ts';
import { type Answered, type Reply, replyHeader } from './reply-header.ts';

/** What a receipt acknowledges. */
type Received = Pick<VerifiedMessage, 'agreement' | 'receivedAt'> & { readonly message: { readonly header: Answered } };

/**
 * The envelope of a receipt as markup, not signed; `referencesXml` is what it copies. Receipts under one agreement differ in a few
 * values, which are inserted into what was written once.
 */
export function writeReceipt(
  received: Received,
  { messageId, referencesXml = '' }: { readonly messageId: string; readonly referencesXml?: string | undefined },
): string {
  const { agreement, receivedAt } = received;
  const { header } = received.message;
  const timestamp = toDateTime(receivedAt);
  const template = isNamedAsAgreed(header, agreement) ? templateFor(agreement) : undefined;
  if (template === undefined)
    return writeMessage(receiptOn(header, { messageId, timestamp, agreement }), { referencesXml });
  return template.insert({
    messageId: escapeText(messageId),
    conversationId: escapeText(header.conversationId),
    refToMessageId: escapeText(header.messageData.messageId),
    timestamp,
    referencesXml,
  });
}

/** The header block alone, without the References. @spec ebMS2 §6.3.2 */
export function acknowledgmentOf({ message: { header }, receivedAt }: Received): Acknowledgment {
  return acknowledgmentOn(header, toDateTime(receivedAt));
}

function acknowledgmentOn({ to, messageData }: Answered, timestamp: string): Acknowledgment {
  return {
    version: '2.0',
    actor: ACTOR_TO_PARTY_MSH,
    timestamp,
    refToMessageId: messageData.messageId,
    from: to.partyIds,
    references: [],
  };
}

function receiptOn(header: Answered, reply: Omit<Reply, 'action'>): AcknowledgmentMessage {
  return {
    kind: 'AcknowledgmentMessage',
    header: replyHeader(header, { action: MSH_ACTION.acknowledgment, ...reply }),
    syncReply: undefined,
    messageOrder: undefined,
    acknowledgment: acknowledgmentOn(header, reply.timestamp),
  };
}

const KEYS = ['messageId', 'conversationId', 'refToMessageId', 'timestamp', 'referencesXml'] as const;

interface Known {
  readonly template: Template<(typeof KEYS)[number]> | undefined;
}

const templates = new WeakMap<Agreement, Known>();

function templateFor(agreement: Agreement): Known['template'] {
  const known = templates.get(agreement);
  if (known !== undefined) return known.template;
  const { cpa, from, to } = agreement;
  const template = makeTemplate(KEYS, (value) => {
    const messageData = { messageId: value('refToMessageId') };
    const header = { from, to, cpaId: cpa.cpaId, conversationId: value('conversationId'), messageData };
    const reply = { messageId: value('messageId'), timestamp: value('timestamp'), agreement };
    return writeMessage(receiptOn(header, reply), { referencesXml: value('referencesXml') });
  });
  templates.set(agreement, { template });
  return template;
}

function isNamedAsAgreed({ cpaId, from, to }: Answered, agreement: Agreement): boolean {
  return (
    cpaId === agreement.cpa.cpaId &&
    areSame(from.partyIds, agreement.from.partyIds) &&
    areSame(to.partyIds, agreement.to.partyIds)
  );
}

function areSame(some: readonly PartyId[], agreed: readonly PartyId[]): boolean {
  if (some.length !== agreed.length) return false;
  return some.every((one, index) => {
    const other = agreed[index];
    return other !== undefined && sameTyped(one, other);
  });
}
