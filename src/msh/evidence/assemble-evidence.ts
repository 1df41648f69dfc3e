import { createHash, X509Certificate } from 'node:crypto';
import { toDateTime } from '../../clock.ts';
import type { Cpa } from '../../cpa/model.ts';
import type { MessageDetail, PayloadRecord } from '../../ports/store.ts';
import type { Trust } from '../../ports/trust.ts';
import {
  EVIDENCE_FORMAT,
  type Evidence,
  type EvidenceFile,
  type EvidenceManifest,
  type EvidenceRecord,
  FILES,
  listFile,
  partFile,
} from './evidence.ts';
import type { EvidenceEvents } from './evidence-events.ts';
import { evidenceReadme } from './evidence-readme.ts';
import { compareReferences } from '../signals/compare-references.ts';
import { acknowledgmentIn, readEvidenceMessage, type Signatures, signaturesOf } from './read-evidence-message.ts';

export interface EvidenceSources {
  readonly message: MessageDetail;
  /** undefined when the contract was removed. */
  readonly cpa: Cpa | undefined;
  readonly trust: Pick<Trust, 'authorities' | 'listsOf'>;
  readonly events: EvidenceEvents;
}

/** All that proves one message, as files. Says in words what is missing; never fails for it. */
export async function assembleEvidence({ message, cpa, trust, events }: EvidenceSources): Promise<Evidence> {
  const { messageId, direction, payloads } = message;
  const envelope = envelopeOf(message);
  const signatures = signaturesOf(readEvidenceMessage(envelope), signalOf(message), cpa);
  const lists = await listsFor(message, signatures, trust);
  const files: EvidenceFile[] = [
    { name: FILES.envelope, content: Buffer.from(envelope) },
    ...signalFiles(message, signatures),
    ...(cpa === undefined ? [] : [{ name: FILES.contract, content: Buffer.from(cpa.bytes) }]),
    ...certificateFiles(signatures, trust.authorities),
    ...lists.map((content, index) => ({ name: listFile(index + 1), content })),
    { name: FILES.record, content: json(recordOf(message)) },
    { name: FILES.events, content: json(events) },
  ];
  files.push({
    name: FILES.readme,
    content: Buffer.from(evidenceReadme(message, { signatures, lists: lists.length })),
  });
  const parts = payloads.map(({ size, sha256 }, index) => ({
    name: partFile(index + 1),
    number: index + 1,
    size,
    sha256,
  }));
  const listed = [...files.map(({ name, content }) => ({ name, sha256: sha256Of(content) })), ...parts];
  const manifest: EvidenceManifest = {
    format: EVIDENCE_FORMAT,
    messageId,
    direction,
    files: listed.map(({ name, sha256 }) => ({ name, sha256 })),
  };
  return { messageId, direction, files: [...files, { name: FILES.manifest, content: json(manifest) }], parts };
}

/** Of the two that a message may have travelled in, the one that its receipt speaks of. */
function envelopeOf({ envelope, bundle, signal }: MessageDetail): Uint8Array {
  if (bundle === undefined || signal === undefined) return envelope;
  const receipt = acknowledgmentIn(readEvidenceMessage(signal.envelope).message);
  if (receipt === undefined) return envelope;
  try {
    compareReferences(receipt.references, { envelope: bundle }, true);
    return bundle;
  } catch {
    return envelope;
  }
}

function signalOf(message: MessageDetail): Uint8Array | undefined {
  return message.signal?.envelope;
}

function signalFiles(message: MessageDetail, { receipt }: Signatures): readonly EvidenceFile[] {
  const octets = signalOf(message);
  if (octets === undefined) return [];
  return [{ name: receipt === undefined ? FILES.error : FILES.receipt, content: Buffer.from(octets) }];
}

function certificateFiles(signatures: Signatures, authorities: readonly Uint8Array[]): readonly EvidenceFile[] {
  const files = [
    { name: FILES.messageCertificate, pem: pemOf(signatures.message.certificate) },
    { name: FILES.receiptCertificate, pem: pemOf(signatures.receipt?.certificate) },
    { name: FILES.authorities, pem: authorities.map((one) => pemOf(one) ?? '').join('') },
  ];
  return files.flatMap(({ name, pem }) => (pem ? [{ name, content: Buffer.from(pem) }] : []));
}

/** Those that speak of who signed, of now and of then, each once: message and receipt may share their CAs. */
async function listsFor(
  { direction, storedAt, stateAt }: MessageDetail,
  { message, receipt }: Signatures,
  trust: EvidenceSources['trust'],
): Promise<readonly Buffer[]> {
  const signers = [
    { certificate: message.certificate, at: storedAt },
    { certificate: receipt?.certificate, at: direction === 'in' ? storedAt : stateAt },
  ];
  const asked = signers.flatMap(({ certificate, at }) =>
    certificate === undefined ? [] : [trust.listsOf(certificate, at)],
  );
  const found = await Promise.all(asked);
  return [...new Map(found.flat().map((list) => [sha256Of(list), Buffer.from(list)])).values()];
}

function pemOf(der: Uint8Array | undefined): string | undefined {
  return der === undefined ? undefined : new X509Certificate(der).toString();
}

function recordOf(message: MessageDetail): EvidenceRecord {
  return {
    messageId: message.messageId,
    direction: message.direction,
    cpaId: message.cpaId,
    state: message.state,
    storedAt: toDateTime(message.storedAt),
    stateAt: toDateTime(message.stateAt),
    held: message.held,
    parts: message.payloads.map((payload, index) => recordedPart(payload, index + 1)),
    attempts: message.attemptLog.map(({ startedAt, endedAt, ...rest }) => ({
      ...rest,
      startedAt: toDateTime(startedAt),
      endedAt: toDateTime(endedAt),
    })),
  };
}

function recordedPart(payload: PayloadRecord, number: number): EvidenceRecord['parts'][number] {
  const { contentId, contentType, name, size, sha256 } = payload;
  return { file: partFile(number), contentId, contentType, name, size, sha256 };
}

function json(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}

function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
