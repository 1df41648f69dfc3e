import { toDateTime } from '../clock.ts';
import type { Agreement, SigningTerms } from '../cpa/agreement.ts';
import { acknowledgmentSigning } from '../cpa/acknowledgment-signing.ts';
import type { ErrorMessage, MessageHeader } from '../ebms/message.ts';
import { errorListFor } from '../ebms/error-list.ts';
import { MSH_ACTION } from '../ebms/namespaces.ts';
import { writeMessage } from '../ebms/write-message.ts';
import { GatewayError } from '../errors.ts';
import { newMessageId } from '../ids.ts';
import type { Signer } from '../ports/trust.ts';
import { signEnvelope } from '../xmlsec/sign.ts';
import { endpointHost } from './endpoint.ts';
import type { VerifiedMessage } from './inbound/stages.ts';
import { writeReceipt } from './receipt.ts';
import { replyHeader } from './reply-header.ts';

export interface Signal {
  readonly messageId: string;
  readonly envelope: Buffer;
}

/**
 * The Acknowledgment of a verified message; signed, with the verified References copied into it, where a signed one
 * was asked. Throws SIGNING_KEY_MISSING. @spec ebMS2 §6.3.2
 */
export async function makeAcknowledgment(message: VerifiedMessage, signer: Signer): Promise<Signal> {
  const { agreement, referencesXml } = message;
  const signed = message.message.ackRequested?.signed === true;
  const messageId = newMessageId(endpointHost(agreement.endpoint));
  const markup = writeReceipt(message, { messageId, referencesXml: signed ? referencesXml : undefined });
  if (!signed) return { messageId, envelope: Buffer.from(markup, 'utf8') };
  const [terms] = acknowledgmentSigning(agreement);
  return { messageId, envelope: await signMarkup(markup, terms, signer) };
}

/** The MessageError for a refusal; never signed, as with every known peer. @spec ebMS2 §4.2.3 */
export function makeMessageError(
  header: MessageHeader,
  error: GatewayError,
  at: { readonly now: number; readonly agreement: Agreement | undefined },
): Signal {
  const { agreement, now } = at;
  const messageId = newMessageId(endpointHost(agreement?.endpoint));
  const reply: ErrorMessage = {
    kind: 'ErrorMessage',
    header: replyHeader(header, {
      action: MSH_ACTION.messageError,
      messageId,
      timestamp: toDateTime(now),
      agreement,
    }),
    syncReply: undefined,
    messageOrder: undefined,
    errorList: errorListFor(error),
  };
  return { messageId, envelope: Buffer.from(writeMessage(reply), 'utf8') };
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
