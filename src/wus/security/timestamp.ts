import { parseDateTime, toDateTime } from '../../clock.ts';
import { childElements, simpleText, type XmlElement } from '../../xml/tree.ts';
import { tag } from '../../xml/writer.ts';
import { holdsText } from '../../soap/element-content.ts';
import { WSU_NAMESPACE } from '../namespaces.ts';
import type { VerifyTerms } from './security.ts';
import { securityRefusal } from './security-header.ts';

export interface Timestamp {
  /** ms since 1970. */
  readonly created: number;
  readonly expires: number | undefined;
}

/** Takes a wsu:Timestamp apart: Created, then Expires if any. Throws WUS_TIMESTAMP. @spec WS-Security 1.1 §10, Digikoppeling WB002 */
export function readTimestamp(el: XmlElement | undefined): Timestamp {
  if (el === undefined) throw securityRefusal('WUS_TIMESTAMP', 'no Timestamp');
  if (holdsText(el)) throw securityRefusal('WUS_TIMESTAMP', 'text in the Timestamp');
  const [created, expires, surplus] = childElements(el);
  if (surplus !== undefined) throw securityRefusal('WUS_TIMESTAMP', `unexpected ${surplus.localName}`);
  return {
    created: readTime(created, 'Created'),
    expires: expires === undefined ? undefined : readTime(expires, 'Expires'),
  };
}

/** Longer is no time that anybody writes. */
const LONGEST = 40;

function readTime(el: XmlElement | undefined, localName: string): number {
  if (el?.localName !== localName || el.namespace !== WSU_NAMESPACE) {
    throw securityRefusal('WUS_TIMESTAMP', `expected ${localName}`);
  }
  if (el.attributes.length > 0) throw securityRefusal('WUS_TIMESTAMP', `${localName} has attributes`);
  const text = simpleText(el)?.trim() ?? '';
  const ms = text.endsWith('Z') && text.length <= LONGEST ? parseDateTime(text) : undefined;
  if (ms === undefined) throw securityRefusal('WUS_TIMESTAMP', `${localName} is no time in UTC`);
  return ms;
}

/**
 * Until when a message of this Timestamp is taken, in ms since 1970: a clock that is off counted in. Throws WUS_TIMESTAMP when that
 * is past, or when the Timestamp lies ahead.
 */
export function checkTimestamp(
  { created, expires }: Timestamp,
  { now, skewMs, maxAgeMs }: Pick<VerifyTerms, 'now' | 'skewMs' | 'maxAgeMs'>,
): number {
  if (expires !== undefined && expires < created) throw securityRefusal('WUS_TIMESTAMP', 'Expires is before Created');
  if (created > now + skewMs) {
    throw securityRefusal('WUS_TIMESTAMP', `Created ${toDateTime(created)} lies ahead of ${toDateTime(now)}`);
  }
  const until = Math.min(expires ?? Infinity, created + maxAgeMs) + skewMs;
  if (now > until) {
    throw securityRefusal('WUS_TIMESTAMP', `it was good until ${toDateTime(until)}, now is ${toDateTime(now)}`);
  }
  return until;
}

/** Canonical as it stands. */
export function writeTimestamp(
  id: string,
  { created, expires }: { readonly created: number; readonly expires: number },
): string {
  return tag(
    'wsu:Timestamp',
    { 'xmlns:wsu': WSU_NAMESPACE, 'wsu:Id': id },
    tag('wsu:Created', {}, toDateTime(created)),
    tag('wsu:Expires', {}, toDateTime(expires)),
  );
}
