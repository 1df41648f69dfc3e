/** The one door for adapters: types, errors and use cases of the rooms below. */
export { ERRORS, GatewayError, toGatewayError } from './errors.ts';
export type { ErrorCode, ErrorRow } from './errors.ts';
export type { Clock } from './clock.ts';
export { parseDateTime, toDateTime } from './clock.ts';
export { Deadlines } from './clock/deadlines.ts';
export { newId, newTimedId, timeOfId } from './ids.ts';
export type { Finding } from './cpa/validate-cpa.ts';
export type { Cpa } from './cpa/model.ts';
export { typedKey } from './cpa/typed-value.ts';
export type { PayloadWriter, StoredContent } from './ports/payload-store.ts';
export type {
  Consultation,
  ConsultationContent,
  ConsultationQuery,
  DeadLetter,
  DeadLetterQuery,
  Direction,
  EventFailure,
  EventType,
  HandoverState,
  MessageDetail,
  MessageOwner,
  MessageQuery,
  MessageState,
  MessageSummary,
  Page,
  PartnerError,
  Refusal,
  StoredEvent,
  StoreStats,
  WaitingHandovers,
} from './ports/store.ts';
export type { Adapter, AdapterHost } from './msh/adapter.ts';
export type { Backend, BackendAnswer, BackendRegister, BackendRequest } from './ports/backend.ts';
export type { Egress, EgressAnswer, EgressQuestion, EgressRequest, EgressRules } from './ports/egress.ts';
export type { Log } from './ports/log.ts';
export type { EventSubscriber } from './msh/events/pump.ts';
export { cloudEvent } from './msh/events/cloud-event.ts';
export type { CloudEvent } from './msh/events/cloud-event.ts';
export type { HandedMessage, HandedPayload, Handover, HandoverLetter } from './ports/handover.ts';
export type { RoutedMessage, RouteExplanation, RouteRule, RouteStep } from './msh/handover/routes.ts';
export { backoffMs } from './msh/handover/backoff.ts';
export type * from './msh/gateway.ts';
export type * from './msh/message-use-cases.ts';
export type * from './msh/partner-use-cases.ts';
export { isUnlimited, ownerFor } from './msh/access/application.ts';
export type { Application } from './msh/access/application.ts';
export { ROLES, SCOPES } from './msh/access/roles.ts';
export type { Role, Scope } from './msh/access/roles.ts';
export { BODY_TYPES, formOf } from './wus/application/body-form.ts';
export type { BodyForm } from './wus/application/body-form.ts';
export type { ApplicationAnswer, ApplicationCall, CallPartner } from './wus/application/call-partner.ts';
export type { WusUseCases } from './wus/application/use-cases.ts';
export type { WrittenBody } from './wus/application/write-body.ts';
export { CONSULTATION_RESULTS } from './wus/consultations/results.ts';
export type { ConsultationCount } from './wus/consultations/counts.ts';
export type { WusFault } from './wus/content.ts';
export type { WusService } from './wus/service.ts';
export { verifyEvidence } from './msh/evidence/verify-evidence.ts';
export type { EvidenceReport } from './msh/evidence/verify-evidence.ts';
export type { Auditing } from './msh/evidence/check-revocation.ts';
export type { EvidenceFinding } from './msh/evidence/findings.ts';
export type { Evidence, EvidenceReader } from './msh/evidence/evidence.ts';
export { parseContentType } from './mime/content-type.ts';
export { DEFAULT_MIME_LIMITS, MimeReader } from './mime/reader.ts';
export { writableType, writablePart, writeMultipart } from './mime/writer.ts';
