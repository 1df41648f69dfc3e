import type { RouteRule } from '../../msh/handover/routes.ts';
import { optional, readFields, required } from './read-fields.ts';
import type { Fields } from './read-fields.ts';
import { readParty, readText, Unusable } from './read-value.ts';

type RouteFields = { readonly [K in keyof RouteRule]-?: K extends 'destination' ? string : string | undefined };

/** `*` says what an absent key says. */
const any =
  (read: (value: unknown) => string | Unusable) =>
  (value: unknown): string | undefined | Unusable =>
    value === '*' ? undefined : read(value);

const FIELDS: Fields<RouteFields> = {
  cpaId: optional(any(readText)),
  from: optional(any(readParty)),
  to: optional(any(readParty)),
  role: optional(any(readText)),
  service: optional(any(readText)),
  action: optional(any(readText)),
  destination: required(readDestination),
};

/** Names every rule that cannot be used, and all that is wrong with it. */
export function readRoutes(value: unknown): readonly RouteRule[] | Unusable {
  if (!Array.isArray(value)) return new Unusable('must be a list of rules, each a map with a destination');
  const reasons: string[] = [];
  const rules: RouteRule[] = [];
  for (const [index, entry] of value.entries()) {
    const rule = readFields<RouteFields>(entry, FIELDS);
    if (rule instanceof Unusable) reasons.push(`rule ${index + 1}: ${rule.reason}`);
    else rules.push(given(rule));
  }
  return reasons.length === 0 ? rules : new Unusable(reasons.join('; '));
}

function given({ destination, ...fields }: RouteFields): RouteRule {
  return { ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)), destination };
}

function readDestination(value: unknown): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable || /^(?:inbox|amqp|files:.+|webhook:.+)$/.test(text)) return text;
  return new Unusable(`${text} is no destination: inbox, amqp, files:<name> or webhook:<name>`);
}
