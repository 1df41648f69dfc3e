import { parseCpa } from '../../cpa/parse-cpa.ts';
import type { Cpa } from '../../cpa/model.ts';
import { toGatewayError } from '../../errors.ts';
import type { PastTrust } from '../../ports/trust.ts';
import { checkEvents } from './check-events.ts';
import { checkManifest } from './check-manifest.ts';
import { checkMessage } from './check-message.ts';
import { checkReceipt } from './check-receipt.ts';
import { type Auditing, type EvidenceLists, openLists } from './check-revocation.ts';
import { type EvidenceReader, type EvidenceRecord, FILES } from './evidence.ts';
import { EvidenceFindings, type EvidenceFinding } from './findings.ts';
import { readEvidenceMessage } from './read-evidence-message.ts';
import { readRecord } from './read-record.ts';

export interface EvidenceReport {
  readonly messageId: string | undefined;
  readonly direction: 'in' | 'out' | undefined;
  /** Nothing failed. What cannot be proven (an unsigned message) is no failure, but is said. */
  readonly holds: boolean;
  readonly findings: readonly EvidenceFinding[];
}

/**
 * Checks evidence by itself: no gateway, store or network. Where who checks names no CAs nothing says whose the certificates
 * are, and the report says so. Never throws for what the files hold.
 */
export async function verifyEvidence(reader: EvidenceReader, auditing: Auditing): Promise<EvidenceReport> {
  const findings = new EvidenceFindings();
  const manifest = await checkManifest(reader, findings);
  const record = await readRecord(reader, findings);
  if (manifest !== undefined && record !== undefined) {
    const same = manifest.messageId === record.messageId && manifest.direction === record.direction;
    if (!same) findings.failed('files', `${FILES.manifest} and ${FILES.record} are of different messages`);
  }
  const envelope = await reader.read(FILES.envelope);
  const trust = auditing.named && auditing.open(auditing.named);
  const lists = await openLists(reader, { findings, auditing });
  if (envelope === undefined) findings.failed('message', `${FILES.envelope} is missing`);
  if (record !== undefined && envelope !== undefined) {
    try {
      await checkOctets({ reader, findings, record, envelope, trust, lists });
    } catch (error) {
      const { code, detail } = toGatewayError(error);
      findings.failed('message', `${FILES.envelope} cannot be read: ${detail ?? code}`, code);
    }
  }
  if (record !== undefined) await checkEvents(reader, { findings, record });
  const { messageId, direction } = record ?? manifest ?? {};
  return { messageId, direction, holds: findings.hold(), findings: findings.list };
}

interface Opened {
  readonly reader: EvidenceReader;
  readonly findings: EvidenceFindings;
  readonly record: EvidenceRecord;
  readonly envelope: Buffer;
  readonly trust: PastTrust | undefined;
  readonly lists: EvidenceLists;
}

async function checkOctets({ envelope, ...opened }: Opened): Promise<void> {
  const read = readEvidenceMessage(envelope);
  const { reader, findings, trust } = opened;
  const cpa = await readContract(reader, findings);
  const about = { ...opened, cpa, envelope, read };
  await checkMessage(about);
  await checkReceipt(about);
  if (trust === undefined && findings.list.some(({ subject }) => subject === 'certificate')) {
    findings.unproven('authorities', 'nothing says whose the certificates are: name the CAs that you trust (--trust)');
  }
}

async function readContract(reader: EvidenceReader, findings: EvidenceFindings): Promise<Cpa | undefined> {
  const octets = await reader.read(FILES.contract);
  if (octets === undefined) {
    findings.failed('contract', `${FILES.contract} is missing: nothing says which certificates count`);
    return undefined;
  }
  try {
    const cpa = parseCpa(octets);
    findings.unproven('contract', `${FILES.contract} is not signed itself: compare it with your own copy`);
    return cpa;
  } catch (error) {
    const { code } = toGatewayError(error);
    findings.failed('contract', `${FILES.contract} cannot be read`, code);
    return undefined;
  }
}
