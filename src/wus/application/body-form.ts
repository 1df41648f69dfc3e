/**
 * How applications see a body: the element alone, in a SOAP envelope without headers of the profile, in an MTOM package with
 * its attachments, or as JSON made of it.
 */
export type BodyForm = 'xml' | 'soap' | 'mtom' | 'json';

const FORMS: Readonly<Record<string, BodyForm>> = {
  'application/xml': 'xml',
  'text/xml': 'soap',
  'multipart/related': 'mtom',
  'application/json': 'json',
};

export const BODY_TYPES: readonly string[] = Object.keys(FORMS);

/** Undefined for a media type that is none of these; `type` is in lower case. */
export function formOf(type: string): BodyForm | undefined {
  return Object.hasOwn(FORMS, type) ? FORMS[type] : undefined;
}
