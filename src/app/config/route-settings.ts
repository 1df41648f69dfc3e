import type { RouteJson, RouteRule } from '../../msh/handover/routes.ts';
import { optional, readFields, required } from './read-fields.ts';
import type { Fields } from './read-fields.ts';
import { isMap, readParty, readPath, readText, Unusable } from './read-value.ts';

type RouteFields = { readonly [K in keyof Required<RouteRule>]: RouteRule[K] | undefined } & {
  readonly destination: string;
};

/** `*` says what an absent key says. */
const any =
  (read: (value: unknown) => string | Unusable) =>
  (value: unknown): string | undefined | Unusable =>
    value === '*' ? undefined : read(value);

const fieldsIn = (folder: string): Fields<RouteFields> => ({
  cpaId: optional(any(readText)),
  from: optional(any(readParty)),
  to: optional(any(readParty)),
  role: optional(any(readText)),
  service: optional(any(readText)),
  action: optional(any(readText)),
  destination: required(readDestination),
  json: optional((value) => readJson(value, folder)),
});

/** Names every rule that cannot be used, and all that is wrong with it. */
export function readRoutes(value: unknown, folder: string): readonly RouteRule[] | Unusable {
  if (!Array.isArray(value)) return new Unusable('must be a list of rules, each a map with a destination');
  const reasons: string[] = [];
  const rules: RouteRule[] = [];
  const fields = fieldsIn(folder);
  for (const [index, entry] of value.entries()) {
    const rule = readFields<RouteFields>(entry, fields);
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
  if (text instanceof Unusable || /^(?:inbox|amqp|files:.+|webhook:.+|partner)$/.test(text)) return text;
  return new Unusable(`${text} is no destination: inbox, amqp, files:<name>, webhook:<name>, or partner`);
}

/** A path stands for a map with the schema alone. */
function readJson(value: unknown, folder: string): RouteJson | Unusable {
  if (!isMap(value)) {
    const schema = readPath(value, folder);
    return schema instanceof Unusable ? schema : { schema, element: undefined };
  }
  return readFields<RouteJson>(value, {
    schema: required((one) => readPath(one, folder)),
    element: optional(readText),
  });
}
