import { hash as digestOf } from 'node:crypto';
import { type CanonicalForm, canonicalize } from '../../xml/c14n.ts';
import type { XmlElement } from '../../xml/tree.ts';
import { withCanonicalForm } from '../../xmlsec/verified-values.ts';
import type { AttachmentSource } from '../mtom/attachments.ts';
import { digestExpanded } from '../mtom/expanded-digest.ts';
import { includeIn } from '../mtom/includes.ts';

export interface DigestTerms {
  readonly form: CanonicalForm;
  /** A name of node:crypto. */
  readonly hash: string;
}

/** The digest of an element as it was signed: with the base64 of its attachment in the place of each xop:Include. */
export function digestElement(
  element: XmlElement,
  { form, hash: digest }: DigestTerms,
  attachments: AttachmentSource,
): Buffer | Promise<Buffer> {
  return withCanonicalForm(() => digestExpanded(element, { ...form, digest }, attachments));
}

const START = /^<[^ >/]*/;

/**
 * The digest that an STR-Transform asks for: of the token in canonical form, in which the default namespace is taken away by a
 * declaration that no canonical form would write. Its octets are given, wherever they came from. @spec WS-Security 1.1 §8.3
 */
export function digestToken(element: XmlElement, octets: Buffer, { form, hash }: DigestTerms): Buffer {
  const include = includeIn(element);
  const leftOut = new Set(include === undefined ? [] : [include.element]);
  const written = withCanonicalForm(() => canonicalize(element, form, leftOut)).toString();
  const undeclared = element.prefix === '' ? written : written.replace(START, (start) => `${start} xmlns=""`);
  const end = undeclared.lastIndexOf('</');
  const whole =
    include !== undefined ? undeclared.slice(0, end) + octets.toString('base64') + undeclared.slice(end) : undeclared;
  return digestOf(hash, whole, 'buffer');
}
