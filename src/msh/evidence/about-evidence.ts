import type { Cpa } from '../../cpa/model.ts';
import type { PastTrust } from '../../ports/trust.ts';
import type { EvidenceLists } from './check-revocation.ts';
import type { EvidenceReader, EvidenceRecord } from './evidence.ts';
import type { EvidenceFindings } from './findings.ts';
import type { EvidenceMessage } from './read-evidence-message.ts';

export interface AboutEvidence {
  readonly reader: EvidenceReader;
  readonly findings: EvidenceFindings;
  readonly trust: PastTrust | undefined;
  readonly lists: EvidenceLists;
  readonly record: EvidenceRecord;
  readonly cpa: Cpa | undefined;
  readonly envelope: Buffer;
  readonly read: EvidenceMessage;
}
