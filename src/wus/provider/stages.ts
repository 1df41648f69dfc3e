import type { ContentType } from '../../mime/content-type.ts';
import type { IncomingRequest } from '../../ports/transport.ts';
import type { RequestAddressing } from '../addressing/check-addressing.ts';
import type { WusContent } from '../content.ts';
import type { TimedEnvelope } from '../envelope/parse-arrived.ts';
import type { WusPackage } from '../mtom/read-package.ts';
import type { OpenedEnvelope, VerifiedSecurity } from '../security/security.ts';
import type { ProvidedService } from '../service.ts';
import type { WsdlOperation } from '../wsdl/wsdl.ts';

/**
 * The stages of a request. Each carries more certainty than the one before, and only the last goes to a backend: what was not
 * verified has no type that `consult` takes.
 */
export interface AnnouncedRequest {
  readonly request: IncomingRequest;
  readonly service: ProvidedService;
  readonly contentType: ContentType;
  /** Without quotes; '' says nothing. */
  readonly soapAction: string;
  readonly peer: TlsPeer;
}

/** Who connected. */
export interface TlsPeer {
  /** Undefined on plain HTTP, where nobody shows a certificate. */
  readonly oin: string | undefined;
  /** Partners of the service for whom it may speak. */
  readonly partners: ReadonlySet<string>;
}

export interface ReadRequest extends AnnouncedRequest {
  readonly package: WusPackage<TimedEnvelope>;
}

/** It comes from this partner: what the profile asks to be encrypted was, and what it asks to be signed is signed by it. */
export interface AuthenticRequest extends ReadRequest {
  readonly partner: string;
  readonly opened: OpenedEnvelope;
  /** Undefined where the profile does not sign. */
  readonly security: VerifiedSecurity | undefined;
}

/** Its addressing says all that it has to say, and is for this service. */
export interface AddressedRequest extends AuthenticRequest {
  readonly addressing: RequestAddressing;
  /** The one that its Action names. */
  readonly operation: WsdlOperation;
}

/**
 * Its Body is what the operation takes, and it did not come before. Of its envelope the content alone is left: what waits for a
 * backend shall not keep its whole tree in memory.
 */
export interface AcceptedRequest extends Omit<AddressedRequest, 'package' | 'opened'> {
  readonly content: WusContent;
  /** For operators: what is odd about it. */
  readonly remark: string | undefined;
}

/** How far a request has come: what its refusal can know of it. */
export interface Arrival {
  readonly request: IncomingRequest;
  /** ms since 1970. */
  readonly receivedAt: number;
  stage: Partial<AddressedRequest & AcceptedRequest>;
  /** Forgets its attachments; undefined until its body was read to the end. Never throws. */
  discard: (() => Promise<void>) | undefined;
  /** Id of its record, once that is durable. */
  consultation: string | undefined;
}
