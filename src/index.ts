/** The one door for adapters: types, errors and use cases of the rooms below. */
export { ERRORS, GatewayError, toGatewayError } from './errors.ts';
export type { ErrorCode, ErrorRow } from './errors.ts';
export type { Clock } from './clock.ts';
export { parseDateTime, toDateTime } from './clock.ts';
export { newId } from './ids.ts';
export type { Finding } from './cpa/validate-cpa.ts';
export type { Cpa } from './cpa/model.ts';
export { typedKey } from './cpa/typed-value.ts';
export type { PayloadWriter, StoredContent } from './ports/payload-store.ts';
export type {
  Direction,
  MessageDetail,
  MessageQuery,
  MessageState,
  MessageSummary,
  Page,
  Refusal,
  StoredEvent,
  StoreStats,
} from './ports/store.ts';
export type * from './msh/gateway.ts';
export { verifyEvidence } from './msh/evidence/verify-evidence.ts';
export type { EvidenceReport } from './msh/evidence/verify-evidence.ts';
export type { EvidenceFinding } from './msh/evidence/findings.ts';
export type { Evidence, EvidenceReader } from './msh/evidence/evidence.ts';
