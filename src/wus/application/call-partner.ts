import type { Readable } from 'node:stream';
import { GatewayError } from '../../errors.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { WusFault } from '../content.ts';
import { writeEnvelope } from '../envelope/write-envelope.ts';
import { faultMarkup } from '../faults/write-fault.ts';
import { ENVELOPE_TYPE } from '../outgoing/write-message.ts';
import type { JsonTranslation } from '../parts.ts';
import type { ConsumedService } from '../service.ts';
import type { WsdlOperation } from '../wsdl/wsdl.ts';
import type { Wus, WusCall, WusCalled } from '../wus.ts';
import type { BodyForm } from './body-form.ts';
import { readBody } from './read-body.ts';
import { writeBody, type WrittenBody } from './write-body.ts';

/** A call as an application posts it. */
export interface ApplicationCall {
  readonly service: string;
  /** Undefined: the one whose input element the body is; with JSON, the only one. */
  readonly operation: string | undefined;
  readonly contentType: string | undefined;
  /** The form of the answer; that of the request where undefined. */
  readonly answerAs: BodyForm | undefined;
  readonly body: Readable;
  /** As in `WusCall`. */
  readonly key?: WusCall['key'];
  /** As in `WusCall`. */
  readonly begun?: WusCall['begun'];
  /** Largest answer that it can be given, in octets: REPLY_LIMIT beyond it. */
  readonly maxAnswerBytes?: number;
}

export interface ApplicationAnswer {
  readonly operation: string;
  readonly messageId: string;
  readonly consultation: string;
  readonly outcome:
    | { readonly kind: 'answer'; readonly answer: WrittenBody }
    /** `envelope`: for who speaks SOAP. */
    | { readonly kind: 'fault'; readonly fault: WusFault; readonly envelope: WrittenBody | undefined };
  /** Once the answer has been read. */
  release(): Promise<void>;
}

export interface CallPartnerParts {
  readonly wus: Pick<Wus, 'services' | 'call'>;
  readonly payloads: PayloadStore;
  readonly translation: JsonTranslation;
}

/** Reads what an application posts, calls the partner, and gives the verified answer in the same form. Throws as `readBody` and `Wus.call` do; WUS_ANSWER_REFUSED for what `writeBody` throws. */
export type CallPartner = (call: ApplicationCall) => Promise<ApplicationAnswer>;

export function createCallPartner({ wus, payloads, translation }: CallPartnerParts): CallPartner {
  return async (call) => {
    const service = findConsumed(wus, call.service);
    const { name, wsdl } = service;
    const fromJson = (json: Buffer): Buffer =>
      translation.fromJson(json, requireOperation(service, call.operation).input, wsdl);
    const read = await readBody(call.body, call.contentType, { payloads, service, fromJson });
    try {
      const form = call.answerAs ?? read.form;
      let written: WrittenBody | undefined;
      const called = await wus.call({
        service: name,
        operation: call.operation,
        operations: wsdl.operations,
        content: read.content,
        key: call.key,
        begun: call.begun,
        async handOver(content, operation) {
          const { output } = requireOperation(service, operation);
          const toJson = (body: Buffer): Buffer => translation.toJson(body, output, wsdl);
          written = fitting(await writeBody(content, form, { payloads, service, toJson }), call.maxAnswerBytes);
        },
      });
      return answerOf(called, form, written);
    } finally {
      await read.discard();
    }
  };
}

function fitting(written: WrittenBody, most = Number.MAX_SAFE_INTEGER): WrittenBody {
  const { body, contentLength } = written;
  if (contentLength <= most) return written;
  if (!(body instanceof Uint8Array)) body.destroy();
  throw new GatewayError('REPLY_LIMIT', { detail: `${contentLength} octets; at most ${most}` });
}

function answerOf(called: WusCalled, form: BodyForm, written: WrittenBody | undefined): ApplicationAnswer {
  const { operation, messageId, consultation, outcome } = called;
  const known = { operation, messageId, consultation, release: () => called.release() };
  if (outcome.kind === 'fault')
    return { ...known, outcome: { ...outcome, envelope: faultEnvelope(outcome.fault, form) } };
  if (written === undefined) throw new Error('an answer is handed over before the call ends');
  return { ...known, outcome: { kind: 'answer', answer: written } };
}

function faultEnvelope(fault: WusFault, form: BodyForm): WrittenBody | undefined {
  if (form !== 'soap' && form !== 'mtom') return undefined;
  const body = writeEnvelope([], Buffer.from(faultMarkup(fault), 'utf8'));
  return { contentType: ENVELOPE_TYPE, contentLength: body.length, body };
}

function findConsumed({ services }: CallPartnerParts['wus'], name: string): ConsumedService {
  const service = services.find((one) => one.name === name);
  if (service?.role === 'consumer') return service;
  const detail =
    service === undefined
      ? `there is no service ${name}; there are ${services.map((one) => one.name).join(', ') || 'none'}`
      : `service ${name} is provided here: partners call it`;
  throw new GatewayError('NOT_FOUND', { location: 'service', detail });
}

function requireOperation({ wsdl: { operations } }: ConsumedService, name: string | undefined): WsdlOperation {
  const found =
    name === undefined && operations.length === 1 ? operations[0] : operations.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = operations.map((one) => one.name).join(', ');
  const reason = name === undefined ? 'JSON does not say for which operation it is' : `there is no operation ${name}`;
  throw new GatewayError('REQUEST_INVALID', { location: 'operation', detail: `${reason}: name one of ${names}` });
}
