import { GatewayError } from '../../../src/index.ts';
import type { Caller } from './caller.ts';

/** For what cannot be told apart by direction, party, service and action. Throws NOT_ALLOWED to who is limited to some. */
export function requireWhole({ name, owner }: Caller, what: string): void {
  if (owner === undefined) return;
  const detail = `${what} are of the whole gateway, and application ${name} is limited to a part of its messages`;
  throw new GatewayError('NOT_ALLOWED', { detail });
}
