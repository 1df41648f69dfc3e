import type { Caller } from './authenticate.ts';

/** Services of WUS are an application's own by their name. */
export function isOwnService({ owner }: Caller): (service: { readonly name: string }) => boolean {
  return ({ name }) => owner?.services?.includes(name) !== false;
}
