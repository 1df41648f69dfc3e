import { parseCpa } from '../../src/cpa/parse-cpa.ts';
import type { Agreement } from '../../src/cpa/agreement.ts';
import { parsePartyKey, parseServiceKey } from '../../src/cpa/party-lookup.ts';
import { resolveSend } from '../../src/cpa/resolve.ts';
import type { Acknowledgment, ApplicationMessage, MessageHeader } from '../../src/ebms/message.ts';
import { writeMessage } from '../../src/ebms/write-message.ts';
import { newMessageId } from '../../src/ids.ts';
import { encodeCid } from '../../src/mime/content-id.ts';
import { parseArrived } from '../../src/msh/inbound/parse.ts';
import { DEFAULT_MESSAGE_LIMITS } from '../../src/msh/limits.ts';
import { ACTOR_NEXT } from '../../src/soap/header-blocks.ts';
import { dienst, REPLY_ACTION, SERVICE } from './msh-contracts.ts';
import { type DraftPart, pack, signMarkup } from './msh-partner.ts';
import type { PartnerAnswer } from './recording-partner.ts';

export interface CombinedChanges {
  readonly header?: (header: MessageHeader) => Partial<MessageHeader>;
  /** Of the Acknowledgment; without one where undefined. */
  readonly acknowledgment?: ((one: Acknowledgment) => Acknowledgment) | undefined;
  /** Of the envelope, after it was signed. */
  readonly tamper?: (envelope: string) => string;
  /** Of the parts, after they were signed. */
  readonly parts?: (body: Buffer) => Buffer;
  readonly unsigned?: boolean;
}

export const ANSWER_PART: DraftPart = { contentId: 'answer@dienst.test', body: Buffer.from('<bevestiging/>') };

/** The HTTP answer of dienst to a request: its business response and, unless changed, the receipt beside it. */
export async function combinedFor(
  cpa: Uint8Array,
  envelope: Buffer,
  changes: CombinedChanges = {},
): Promise<Required<PartnerAnswer>> {
  const agreement = replyAgreement(cpa);
  const parts = [ANSWER_PART];
  const message = messageFor(envelope, agreement, changes);
  const copied = (envelope.toString().match(/<ds:Reference .*?<\/ds:Reference>/gs) ?? []).join('');
  const markup = writeMessage(message, { referencesXml: copied });
  const signed =
    agreement.signing === undefined || changes.unsigned === true
      ? Buffer.from(markup)
      : await signMarkup(markup, parts, { agreement, keys: dienst.keys });
  const sent = changes.tamper?.(signed.toString()) ?? signed;
  const { parts: change = (body: Buffer) => body } = changes;
  const { headers, body } = pack(
    sent,
    parts.map((part) => ({ ...part, body: change(part.body) })),
  );
  return { status: 200, headers, body: Buffer.from(body) };
}

function replyAgreement(bytes: Uint8Array): Agreement {
  const cpa = parseCpa(bytes);
  const from = [parsePartyKey(dienst.key, cpa)];
  return resolveSend(cpa, { from, service: parseServiceKey(SERVICE, cpa), action: REPLY_ACTION });
}

function messageFor(envelope: Buffer, agreement: Agreement, changes: CombinedChanges): ApplicationMessage {
  const arrived = { envelope, charset: undefined, parts: [], receivedAt: 0, remote: '' };
  const { header } = parseArrived(arrived, DEFAULT_MESSAGE_LIMITS.xml).message;
  const { messageId, timestamp, timeToLive } = header.messageData;
  const honest: MessageHeader = {
    ...header,
    from: { partyIds: agreement.from.partyIds, role: agreement.from.role },
    to: { partyIds: agreement.to.partyIds, role: agreement.to.role },
    action: REPLY_ACTION,
    messageData: { messageId: newMessageId('dienst.test'), timestamp, timeToLive, refToMessageId: messageId },
  };
  const receipt: Acknowledgment = {
    version: '2.0',
    actor: undefined,
    timestamp,
    refToMessageId: messageId,
    from: [],
    references: [],
  };
  const change = 'acknowledgment' in changes ? changes.acknowledgment : (one: Acknowledgment) => one;
  return {
    kind: 'ApplicationMessage',
    header: { ...honest, ...changes.header?.(honest) },
    syncReply:
      agreement.syncReplyMode === 'none' || agreement.syncReplyMode === 'responseOnly'
        ? undefined
        : { version: '2.0', actor: ACTOR_NEXT },
    messageOrder: undefined,
    ackRequested:
      agreement.ackRequested === 'always'
        ? { version: '2.0', actor: agreement.actor, signed: agreement.ackSignatureRequested === 'always' }
        : undefined,
    nextMshAckRequested: false,
    manifest: { version: '2.0', references: [{ href: encodeCid(ANSWER_PART.contentId), role: undefined }] },
    ...(change === undefined ? {} : { acknowledgment: change(receipt) }),
  };
}
