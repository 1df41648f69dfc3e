import { type ErrorCode, GatewayError } from '../errors.ts';
import type { XmlElement } from '../xml/tree.ts';

export type SignatureErrorCode = Extract<ErrorCode, `SIGNATURE_${string}`>;

/** A refusal of the signature; `detail` is for the log only. */
export function refusal(code: SignatureErrorCode, detail: string): GatewayError {
  return new GatewayError(code, { detail, location: '//Header/Signature' });
}

/** SIGNATURE_INVALID for an element that is not as the schema and this gateway want it. */
export function malformedAt(el: XmlElement, detail: string): GatewayError {
  return refusal('SIGNATURE_INVALID', `${el.localName}: ${detail}`);
}
