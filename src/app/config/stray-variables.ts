import { environmentName, KEYS } from './key-table.ts';
import { nearest } from './suggest.ts';

/** What commands read that speak to a gateway. */
const OF_COMMANDS = ['POSTILJON_API_KEY'];

/**
 * Environment variables that look like settings and are none: a slip of the pen, or one of those that Kubernetes makes
 * for a service called postiljon. `near` is what may have been meant.
 */
export function strayVariables(
  environment: Readonly<Record<string, string | undefined>>,
): readonly { readonly name: string; readonly near: string | undefined }[] {
  const known = new Set([...Object.keys(KEYS).map(environmentName), ...OF_COMMANDS]);
  return Object.keys(environment)
    .filter((name) => name.startsWith('POSTILJON_') && !known.has(name))
    .map((name) => ({ name, near: nearest(name, known) }));
}
