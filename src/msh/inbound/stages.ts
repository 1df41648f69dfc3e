import type { Agreement } from '../../cpa/agreement.ts';
import type { ApplicationMessage, EbmsMessage } from '../../ebms/message.ts';
import type { ConsumedBlock } from '../../ebms/parse-message.ts';
import type { SoapEnvelope } from '../../soap/envelope.ts';
import type { XmlDocument } from '../../xml/tree.ts';
import type { KnownCpa } from '../gateway.ts';
import type { MessageDetail } from '../../ports/store.ts';
import type { IncomingRequest } from '../../ports/transport.ts';
import type { MimePackage, ReceivedPart } from './read-package.ts';

/**
 * The stages of a received message. Each carries more certainty than the one before, and only the last can be
 * accepted: what was not verified has no type that `accept` takes.
 */
export interface ParsedMessage<M extends EbmsMessage = EbmsMessage> {
  readonly envelopeBytes: Buffer;
  readonly document: XmlDocument;
  readonly soap: SoapEnvelope;
  readonly message: M;
  readonly blocks: readonly ConsumedBlock[];
  readonly parts: readonly ReceivedPart[];
  readonly receivedAt: number;
  readonly remote: string;
}

/** The CPA is known, we are its To party, and it agrees parties, roles, service and action. */
export interface AgreedMessage extends ParsedMessage<ApplicationMessage> {
  readonly known: KnownCpa;
  readonly agreement: Agreement;
}

/**
 * What the CPA asks to be signed is signed and covered, by the certificate that the CPA names. The tree has served: it is
 * let go here, so that messages that wait for a signature or the disk hold little memory.
 */
export interface VerifiedMessage extends Omit<AgreedMessage, 'document' | 'soap' | 'blocks'> {
  /** Hex; equal for a repeat of the same message, see `identity.ts`. */
  readonly identity: string;
  /** Markup of the verified ds:Reference elements; undefined for an unsigned message. */
  readonly referencesXml: string | undefined;
}

export type SignalKind = Exclude<EbmsMessage, ApplicationMessage>;

/** Its CPA is known, and it may speak for its From party. */
export interface KnownMessage<M extends EbmsMessage = EbmsMessage> extends ParsedMessage<M> {
  readonly known: KnownCpa;
}

/** Of an envelope alone, without parts. `refusal` stands where all of the body is read before it is refused. */
export type JudgedEnvelope =
  | AgreedMessage
  | KnownMessage<SignalKind>
  | { readonly refusal: unknown; readonly message?: KnownMessage };

/** How far a request has come: what a refusal can know of it. */
export interface Arrival {
  readonly request: IncomingRequest;
  readonly receivedAt: number;
  /** Set: it came in the HTTP answer to this message of ours, and is answered by a request of its own. */
  readonly answerTo: MessageDetail | undefined;
  /** What came in an HTTP answer, kept for the receipt in it. */
  parsed: ParsedMessage | undefined;
  package: MimePackage | undefined;
  /** What the envelope says, from when it is complete; its parts may still be on their way. */
  judged: JudgedEnvelope | undefined;
  /** Read before the content, so that a message whose content is refused can be answered. */
  opened: Pick<EbmsMessage, 'header' | 'syncReply'> | undefined;
  known: KnownCpa | undefined;
  agreement: Agreement | undefined;
  /** Who connects is who the message is from, so that an answer may go to that party by a request of its own. */
  proven: boolean;
}

/** One of which nothing is known yet. */
export function newArrival(request: IncomingRequest, receivedAt: number, answerTo: MessageDetail | undefined): Arrival {
  return {
    request,
    receivedAt,
    answerTo,
    parsed: undefined,
    package: undefined,
    judged: undefined,
    opened: undefined,
    known: undefined,
    agreement: undefined,
    // Whom we asked is who answers.
    proven: answerTo !== undefined,
  };
}
