import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../../src/index.ts';
import { FieldErrors, fieldErrors } from '../field-errors.ts';
import type { RestLimits } from '../options.ts';
import { SUBMIT_PART } from '../schemas/message.ts';
import { mostValues, requireFewValues } from './count-values.ts';
import type { MessageTerms } from './submission.ts';

/** The part `message` of a multipart submission. */
export interface MessagePart extends MessageTerms {
  readonly payloads?: readonly { readonly name?: string; readonly contentType?: string }[];
}

/** Reads and checks the JSON of the part. Throws REQUEST_INVALID, HTTP_TOO_LARGE or FieldErrors. */
export function checkMessagePart(
  request: FastifyRequest,
  octets: Buffer,
  limits: Pick<RestLimits, 'parts'>,
): MessagePart {
  const value = parse(octets, mostValues(limits));
  const validate = request.getValidationFunction(SUBMIT_PART) ?? request.compileValidationSchema(SUBMIT_PART);
  const conforms = (candidate: unknown): candidate is MessagePart =>
    typeof candidate === 'object' && candidate !== null && validate(Object(candidate));
  if (conforms(value)) return value;
  const errors = fieldErrors(validate.errors ?? [], 'body');
  throw new FieldErrors(errors.length > 0 ? errors : [{ location: 'message', detail: 'must be a JSON object' }]);
}

function parse(octets: Buffer, most: number): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(octets);
    requireFewValues(text, most);
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('REQUEST_INVALID', { location: 'message', detail: 'the part message is no JSON', cause });
  }
}
