import type { MessagePurpose } from '../../ports/store.ts';
import { partyKeyFrom } from '../party-key.ts';

/** One rule of the routing table; a field that is absent matches everything. */
export interface RouteRule {
  readonly cpaId?: string;
  /** PartyIds as `type:value`. */
  readonly from?: string;
  readonly to?: string;
  /** Role of the receiver. */
  readonly role?: string;
  /** `type:value`, or the value alone. */
  readonly service?: string;
  readonly action?: string;
  readonly destination: string;
}

export const INBOX = 'inbox';

/** What a rule looks at; what is not known matches no rule that asks for it. */
export type RoutedMessage = { readonly [K in keyof MessagePurpose]?: MessagePurpose[K] | undefined };

type Field = Exclude<keyof RouteRule, 'destination'>;

interface FieldRow {
  readonly found: (message: RoutedMessage) => string | undefined;
  readonly matches: (wanted: string, found: string) => boolean;
}

const same = (wanted: string, found: string): boolean => wanted === found;

/** A bare value stands for the service of any type. */
const sameService = (wanted: string, found: string): boolean => found === wanted || found.endsWith(`:${wanted}`);

const FIELDS: Readonly<Record<Field, FieldRow>> = {
  cpaId: { found: ({ cpaId }) => cpaId, matches: same },
  from: { found: ({ fromPartyId }) => fromPartyId, matches: same },
  to: { found: ({ toPartyId }) => toPartyId, matches: same },
  role: { found: ({ toRole }) => toRole, matches: same },
  service: { found: ({ service }) => service, matches: sameService },
  action: { found: ({ action }) => action, matches: same },
};

const FIELD_NAMES: readonly Field[] = ['cpaId', 'from', 'to', 'role', 'service', 'action'];

/** The destination of a message: that of the first rule that matches, else the inbox. */
export function destinationOf(rules: readonly RouteRule[], message: RoutedMessage): string {
  return rules.find((rule) => firstMismatch(rule, message) === undefined)?.destination ?? INBOX;
}

function firstMismatch(rule: RouteRule, message: RoutedMessage): Field | undefined {
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
    destination: all[decides]?.destination ?? INBOX,
    rule,
    steps: rule === undefined ? all : all.slice(0, rule),
  };
}

function stepOf(rule: RouteRule, number: number, message: RoutedMessage): RouteStep {
  const field = firstMismatch(rule, message);
  const { destination } = rule;
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
  return FIELD_NAMES.every((name) => {
    const wide = earlier[name];
    const narrow = later[name];
    return wide === undefined || (narrow !== undefined && FIELDS[name].matches(wide, narrow));
  });
}
