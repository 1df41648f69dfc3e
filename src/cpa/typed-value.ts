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

/** Whether `text`, `type:value` or the value alone of whatever type, names the Service with this `typedKey`. */
export function namesService(text: string, key: string): boolean {
  return key === text || key.endsWith(`:${text}`);
}

/** By what a party is known in the API, the store and the configuration: its first PartyId. */
export function partyKeyOf(partyIds: readonly TypedValue[]): string {
  return partyIds[0] === undefined ? '' : typedKey(partyIds[0]);
}

export function sameTyped(a: TypedValue, b: TypedValue): boolean {
  return a.value === b.value && a.type === b.type;
}
