import { GatewayError } from '../../errors.ts';

/*
 * How an element stands in JSON, by its schema. An element is
 *
 *   simple type                "text", 5, true
 *   simple content             { "@attribute": …, "#text": … }
 *   child elements             { "@attribute": …, "child": …, "child that may be repeated": [ … ] }
 *   xsi:nil                    null, or { "@attribute": …, "#nil": true }
 *   base64 in an attachment    { "@attachment": "Content-ID" }
 *
 * Names are local names: a type in which two would be the same is not translated. What is absent in XML is absent in JSON.
 * Values are translated, not their spelling: 007 of an xs:int becomes 7. Comments between elements carry nothing and are left out.
 */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export const ATTACHMENT = '@attachment';
export const TEXT = '#text';
export const NIL = '#nil';

/** Where a value stands in JSON: written out only when it is refused. */
export interface JsonPlace {
  readonly parent: JsonPlace | undefined;
  readonly step: string | number;
}

export function within(parent: JsonPlace | undefined, step: string | number): JsonPlace {
  return { parent, step };
}

/** `location`: an XPath without prefixes, or a place in JSON, which becomes a JSON pointer. */
export function impossible(location: string | JsonPlace | undefined, reason: string): GatewayError {
  const where = typeof location === 'string' ? location : pointer(location);
  return new GatewayError('TRANSLATION_IMPOSSIBLE', { location: where, detail: `${where}: ${reason}` });
}

/** Of a pointer: names and depth are as whoever wrote the JSON wants them. */
const LONGEST_POINTER = 4000;

/** Cut where it is too long for people. @spec RFC 6901 §3 */
function pointer(place: JsonPlace | undefined): string {
  const steps: string[] = [];
  for (let at = place; at !== undefined; at = at.parent) steps.push(String(at.step));
  let text = '';
  for (const step of steps.toReversed()) {
    text += `/${step.slice(0, LONGEST_POINTER).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (text.length > LONGEST_POINTER) return `${text.slice(0, LONGEST_POINTER)}…`;
  }
  return text;
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Adds a member, whatever it is called: an element may be called __proto__. */
export function addMember(object: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else object[name] = value;
}

/** Whether what was given says the same as what it became: a list that is empty is absent, a number may be its digits. */
export function isSameJson(given: unknown, became: unknown): boolean {
  if (Array.isArray(given)) {
    if (became === undefined) return given.length === 0;
    return (
      Array.isArray(became) &&
      given.length === became.length &&
      given.every((one, place) => isSameJson(one, became[place]))
    );
  }
  if (!isJsonObject(given)) return given === became || (typeof given === 'number' && String(given) === became);
  if (!isJsonObject(became)) return false;
  const keys = Object.keys(given);
  return (
    Object.keys(became).every((key) => Object.hasOwn(given, key)) &&
    keys.every((key) => isSameJson(given[key], Object.hasOwn(became, key) ? became[key] : undefined))
  );
}
