import { namesService } from '../../cpa/typed-value.ts';
import type { Direction, MessagePurpose } from '../../ports/store.ts';
import type { Translation } from '../../ports/translation.ts';
import { partyKeyFrom } from '../party-key.ts';

/** What becomes of payloads on the way between applications and partners. */
export interface RouteJson {
  /** File with an XML Schema, or a WSDL with one in it. */
  readonly schema: string;
  /** `{namespace}name` of its root element, or the name alone where that is unique; undefined: the schema has one. */
  readonly element: string | undefined;
}

/**
 * One rule of the routing table; a field that is absent matches everything. Those that lead to `partner` are about messages
 * that are sent, all others about received ones.
 */
export interface RouteRule {
  readonly cpaId?: string;
  /** PartyIds as `type:value`. */
  readonly from?: string;
  readonly to?: string;
  /** Role of the receiver. */
  readonly role?: string;
  /** `type:value`, or the value alone of one of Digikoppeling. */
  readonly service?: string;
  readonly action?: string;
  readonly destination: string;
  /** Payloads in XML are JSON to the application; absent: they go as they are. */
  readonly json?: RouteJson;
}

/** A rule at work. */
export interface Route extends RouteRule {
  /** What `json` names. */
  readonly translation?: Translation;
}

export const INBOX = 'inbox';
/** Where messages go that are sent: what the contract says. */
export const PARTNER = 'partner';

/** What a rule looks at; what is not known matches no rule that asks for it. Received where nothing is said. */
export type RoutedMessage = { readonly [K in keyof MessagePurpose]?: MessagePurpose[K] | undefined } & {
  readonly direction?: Direction | undefined;
};

type Field = Exclude<keyof RouteRule, 'destination' | 'json'>;

interface FieldRow {
  readonly found: (message: RoutedMessage) => string | undefined;
  readonly matches: (wanted: string, found: string) => boolean;
}

const same = (wanted: string, found: string): boolean => wanted === found;

const FIELDS: Readonly<Record<Field, FieldRow>> = {
  cpaId: { found: ({ cpaId }) => cpaId, matches: same },
  from: { found: ({ fromPartyId }) => fromPartyId, matches: same },
  to: { found: ({ toPartyId }) => toPartyId, matches: same },
  role: { found: ({ toRole }) => toRole, matches: same },
  service: { found: ({ service }) => service, matches: namesService },
  action: { found: ({ action }) => action, matches: same },
};

const FIELD_NAMES: readonly Field[] = ['cpaId', 'from', 'to', 'role', 'service', 'action'];

/** The destination of a received message: that of the first rule that matches, else the inbox. */
export function destinationOf(rules: readonly RouteRule[], message: RoutedMessage): string {
  return ruleFor(rules, message)?.destination ?? INBOX;
}

/** The first rule that matches. */
export function ruleFor<R extends RouteRule>(rules: readonly R[], message: RoutedMessage): R | undefined {
  return rules.find((rule) => directionOf(rule) === (message.direction ?? 'in') && misfit(rule, message) === undefined);
}

function directionOf({ destination }: RouteRule): Direction {
  return destination === PARTNER ? 'out' : 'in';
}

function misfit(rule: RouteRule, message: RoutedMessage): Field | undefined {
  return FIELD_NAMES.find((name) => {
    const wanted = rule[name];
    if (wanted === undefined) return false;
    const found = FIELDS[name].found(message);
    return found === undefined || !FIELDS[name].matches(wanted, found);
  });
}

/** Why a message goes where it goes: each rule up to the one that decides, with what kept it from matching. */
export interface RouteExplanation {
  readonly destination: string;
  /** How payloads are translated; undefined: they go as they are. */
  readonly json: RouteJson | undefined;
  /** Number of the rule that decides; 1 is the first. undefined: none matches, hence the inbox. */
  readonly rule: number | undefined;
  readonly steps: readonly RouteStep[];
}

export interface RouteStep {
  readonly rule: number;
  readonly destination: string;
  readonly matches: boolean;
  /** The first field that differs. */
  readonly mismatch:
    | { readonly field: string; readonly wanted: string; readonly found: string | undefined }
    | undefined;
}

/** Parties may be bare OINs. */
export function explainRoute(rules: readonly RouteRule[], asked: RoutedMessage): RouteExplanation {
  const { fromPartyId, toPartyId } = asked;
  const message = {
    ...asked,
    fromPartyId: fromPartyId === undefined ? undefined : partyKeyFrom(fromPartyId),
    toPartyId: toPartyId === undefined ? undefined : partyKeyFrom(toPartyId),
  };
  const all = rules.map((rule, index) => stepOf(rule, index + 1, message));
  const decides = all.findIndex(({ matches }) => matches);
  const rule = decides < 0 ? undefined : decides + 1;
  return {
    destination: all[decides]?.destination ?? (asked.direction === 'out' ? PARTNER : INBOX),
    json: rules[decides]?.json,
    rule,
    steps: rule === undefined ? all : all.slice(0, rule),
  };
}

function stepOf(rule: RouteRule, number: number, message: RoutedMessage): RouteStep {
  const { destination } = rule;
  const { direction = 'in' } = message;
  const wanted = directionOf(rule);
  if (wanted !== direction)
    return { rule: number, destination, matches: false, mismatch: { field: 'direction', wanted, found: direction } };
  const field = misfit(rule, message);
  if (field === undefined) return { rule: number, destination, matches: true, mismatch: undefined };
  const mismatch = { field, wanted: rule[field] ?? '', found: FIELDS[field].found(message) };
  return { rule: number, destination, matches: false, mismatch };
}

/** Numbers of rules that can never decide, each with the earlier rule that takes all that it would match. */
export function unreachableRules(
  rules: readonly RouteRule[],
): readonly { readonly rule: number; readonly behind: number }[] {
  return rules.flatMap((rule, index) => {
    const behind = rules.slice(0, index).findIndex((earlier) => covers(earlier, rule));
    return behind < 0 ? [] : [{ rule: index + 1, behind: behind + 1 }];
  });
}

function covers(earlier: RouteRule, later: RouteRule): boolean {
  if (directionOf(earlier) !== directionOf(later)) return false;
  return FIELD_NAMES.every((name) => {
    const wide = earlier[name];
    const narrow = later[name];
    return wide === undefined || (narrow !== undefined && FIELDS[name].matches(wide, narrow));
  });
}
