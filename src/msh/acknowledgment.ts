import { toDateTime } from '../clock.ts';
import type { Agreement, SigningTerms } from '../cpa/agreement.ts';
import { acknowledgmentSigning } from '../cpa/acknowledgment-signing.ts';
import type { Acknowledgment, AcknowledgmentMessage, ErrorMessage, MessageHeader } from '../ebms/message.ts';
import { errorListFor } from '../ebms/error-list.ts';
import { MSH_ACTION, MSH_SERVICE } from '../ebms/namespaces.ts';
import { writeMessage } from '../ebms/write-message.ts';
import { GatewayError } from '../errors.ts';
import { newMessageId } from '../ids.ts';
import type { Signer } from '../ports/trust.ts';
import { ACTOR_TO_PARTY_MSH } from '../soap/header-blocks.ts';
import { signEnvelope } from '../xmlsec/sign.ts';
import { endpointHost } from './endpoint.ts';
import type { VerifiedMessage } from './inbound/stages.ts';

export interface Signal {
  readonly messageId: string;
  readonly envelope: Buffer;
}

/**
 * The Acknowledgment of a verified message; signed, with the verified References copied into it, where a signed one
 * was asked. Throws SIGNING_KEY_MISSING. @spec ebMS2 §6.3.2
 */
export async function makeAcknowledgment(message: VerifiedMessage, signer: Signer): Promise<Signal> {
  const { header, ackRequested } = message.message;
  const acknowledgment = acknowledgmentOf(message);
  const { timestamp } = acknowledgment;
  const reply: AcknowledgmentMessage = {
    kind: 'AcknowledgmentMessage',
    header: replyHeader(header, { action: MSH_ACTION.acknowledgment, timestamp, agreement: message.agreement }),
    syncReply: undefined,
    messageOrder: undefined,
    acknowledgment,
  };
  const { messageId } = reply.header.messageData;
  if (ackRequested?.signed !== true) return { messageId, envelope: Buffer.from(writeMessage(reply), 'utf8') };
  const { referencesXml } = message;
  const markup = writeMessage(reply, referencesXml === undefined ? {} : { referencesXml });
  const [terms] = acknowledgmentSigning(message.agreement);
  return { messageId, envelope: await signMarkup(markup, terms, signer) };
}

/** The header block alone, without the References. @spec ebMS2 §6.3.2 */
export function acknowledgmentOf({ message: { header }, receivedAt }: VerifiedMessage): Acknowledgment {
  return {
    version: '2.0',
    actor: ACTOR_TO_PARTY_MSH,
    timestamp: toDateTime(receivedAt),
    refToMessageId: header.messageData.messageId,
    from: header.to.partyIds,
    references: [],
  };
}

/** The MessageError for a refusal; never signed, as with every known peer. @spec ebMS2 §4.2.3 */
export function makeMessageError(
  header: MessageHeader,
  error: GatewayError,
  at: { readonly now: number; readonly agreement: Agreement | undefined },
): Signal {
  const reply: ErrorMessage = {
    kind: 'ErrorMessage',
    header: replyHeader(header, {
      action: MSH_ACTION.messageError,
      timestamp: toDateTime(at.now),
      agreement: at.agreement,
    }),
    syncReply: undefined,
    messageOrder: undefined,
    errorList: errorListFor(error),
  };
  return { messageId: reply.header.messageData.messageId, envelope: Buffer.from(writeMessage(reply), 'utf8') };
}

async function signMarkup(envelope: string, terms: SigningTerms | undefined, signer: Signer): Promise<Buffer> {
  const certificate = terms?.certificate;
  if (terms === undefined || certificate === undefined || !signer.has(certificate)) {
    throw new GatewayError('SIGNING_KEY_MISSING', {
      detail: 'no key for the certificate that signs Acknowledgments under this CPA',
    });
  }
  const sign = (hash: string, data: Uint8Array): Promise<Buffer> => signer.sign(certificate, hash, data);
  return signEnvelope({
    canonical: true,
    envelope,
    parts: [],
    digest: terms.hashFunction,
    signature: terms.signatureAlgorithm,
    certificate,
    sign,
  });
}

function replyHeader(
  header: MessageHeader,
  reply: { readonly action: string; readonly timestamp: string; readonly agreement: Agreement | undefined },
): MessageHeader {
  return {
    version: '2.0',
    from: { partyIds: header.to.partyIds, role: reply.agreement?.to.role },
    to: { partyIds: header.from.partyIds, role: reply.agreement?.from.role },
    cpaId: header.cpaId,
    conversationId: header.conversationId,
    service: { value: MSH_SERVICE },
    action: reply.action,
    messageData: {
      messageId: newMessageId(endpointHost(reply.agreement?.endpoint)),
      timestamp: reply.timestamp,
      refToMessageId: header.messageData.messageId,
      timeToLive: undefined,
    },
    duplicateElimination: false,
    descriptions: [],
  };
}
