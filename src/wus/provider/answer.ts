import type { OutgoingAnswer } from '../../ports/transport.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { Signer } from '../../ports/trust.ts';
import type { Clock } from '../../clock.ts';
import type { WusContent, WusFault, WusOutcome } from '../content.ts';
import { faultMarkup } from '../faults/write-fault.ts';
import { WSA_ANONYMOUS, WSA_FAULT_ACTION } from '../namespaces.ts';
import { messageUri } from '../message-uri.ts';
import { writeMessage } from '../outgoing/write-message.ts';
import { partnerTerms } from '../partner-terms.ts';
import type { WusPartner } from '../service.ts';
import type { WsdlOperation } from '../wsdl/wsdl.ts';
import { declaredFault } from './shown-fault.ts';
import type { AuthenticRequest } from './stages.ts';

export interface Answerer {
  readonly payloads: PayloadStore;
  readonly signer: Signer;
  readonly certificate: Uint8Array | undefined;
  readonly partners: ReadonlyMap<string, WusPartner>;
  readonly clock: Clock;
  readonly maxAgeMs: number;
}

/** What goes back to a partner. */
export interface Reply {
  readonly status: 200 | 500;
  readonly action: string;
  readonly content: WusContent;
  /** MessageID of the request, where it is known. */
  readonly relatesTo: string | undefined;
}

export interface WrittenReply {
  readonly answer: OutgoingAnswer;
  readonly messageId: string;
  /** Once the answer has been sent. Never throws. */
  readonly discard: () => Promise<void>;
}

/** The answer of a backend, or its fault, as the WSDL names its Action. */
export function replyOf(outcome: WusOutcome, operation: WsdlOperation, relatesTo: string): Reply {
  if (outcome.kind === 'answer')
    return { status: 200, action: operation.outputAction, content: outcome.content, relatesTo };
  const body = Buffer.from(faultMarkup(outcome.fault), 'utf8');
  return { status: 500, action: faultAction(outcome.fault, operation), content: { body, attachments: [] }, relatesTo };
}

/** A fault that the WSDL declares is known by the element in its detail. @spec WS-Addressing 1.0 Metadata §4.4 */
function faultAction({ detail: [first] }: WusFault, operation: WsdlOperation): string {
  return (first === undefined ? undefined : declaredFault(first, operation))?.action ?? WSA_FAULT_ACTION;
}

/**
 * Addresses, confirms, signs and encrypts as the profile of the service asks; for the certificate of the request, or the one set
 * for the partner. Throws what `writeMessage` throws. @spec Digikoppeling WA001, WB011, WB012, WB014
 */
export async function writeReply(
  { status, action, content, relatesTo }: Reply,
  { service, partner, security }: Pick<AuthenticRequest, 'service' | 'partner' | 'security'>,
  answerer: Answerer,
): Promise<WrittenReply> {
  const messageId = messageUri();
  const { contentType, contentLength, body, discard } = await writeMessage(
    {
      service,
      addressing: { to: WSA_ANONYMOUS, action, messageId, ...(relatesTo === undefined ? {} : { relatesTo }) },
      content,
      confirms: security === undefined ? undefined : [security.signatureValue],
      encryptFor: partnerTerms(answerer.partners, partner).encryptFor ?? security?.certificate,
      now: answerer.clock.now(),
    },
    answerer,
  );
  return { messageId, answer: { status, headers: { 'content-type': contentType }, contentLength, body }, discard };
}
