/** eb:PartyId and eb:Service share one shape: a value and an optional type that says how to read it. */
export interface TypedValue {
  readonly type?: string;
  readonly value: string;
}
export type PartyId = TypedValue;
export type Service = TypedValue;

/** `type:value`, or the bare value where there is no type: the form of the API and of the store. */
export function typedKey(typed: TypedValue): string {
  return typed.type === undefined ? typed.value : `${typed.type}:${typed.value}`;
}

/** The type of every Service of Digikoppeling. */
export const SERVICE_TYPE = 'urn:osb:services';

/** The `typedKey`s of the Service that `text` names: `type:value`, or the value alone of one of Digikoppeling. */
export function serviceKeys(text: string): readonly [string, string] {
  return [text, typedKey({ type: SERVICE_TYPE, value: text })];
}

/** Whether `text` names the Service with this `typedKey`, as `serviceKeys` says. */
export function namesService(text: string, key: string): boolean {
  return serviceKeys(text).includes(key);
}

/** By what a party is known in the API, the store and the configuration: its first PartyId. */
export function partyKeyOf(partyIds: readonly TypedValue[]): string {
  return partyIds[0] === undefined ? '' : typedKey(partyIds[0]);
}

export function sameTyped(a: TypedValue, b: TypedValue): boolean {
  return a.value === b.value && a.type === b.type;
}
