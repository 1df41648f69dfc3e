import { toGatewayError } from '../../errors.ts';
import type { AuditedMessage } from '../../ports/audit-source.ts';
import { requireEnvelopeDigest } from '../../xmlsec/verify.ts';
import { type EvidenceMessage, readEvidenceMessage } from '../evidence/read-evidence-message.ts';
import type { AuditCode } from './findings.ts';

/** Whether the envelope, where it was read, is still that of the message, and our receipt is there where it asks one. */
export function judgeEnvelope(audited: AuditedMessage): readonly [AuditCode, string] | undefined {
  const { envelope, direction, hasSignal } = audited;
  if (envelope === undefined) return undefined;
  try {
    const read = readEvidenceMessage(envelope);
    const fault = faultOf(read, audited);
    if (fault !== undefined) return ['ENVELOPE_DAMAGED', fault];
    const asks = read.message.kind === 'ApplicationMessage' && read.message.ackRequested !== undefined;
    return direction === 'in' && asks && !hasSignal
      ? ['RECEIPT_MISSING', 'it asks for an Acknowledgment, and none is stored']
      : undefined;
  } catch (thrown) {
    return ['ENVELOPE_DAMAGED', toGatewayError(thrown).message];
  }
}

function faultOf({ message, document, soap, signature }: EvidenceMessage, audited: AuditedMessage): string | undefined {
  const { cpaId, messageData } = message.header;
  if (messageData.messageId !== audited.messageId) return `it is that of ${messageData.messageId}`;
  if (cpaId !== audited.cpaId) return `its CPAId is ${cpaId}`;
  if (signature !== undefined && soap.header !== undefined) requireEnvelopeDigest(document, soap.header);
  return undefined;
}
