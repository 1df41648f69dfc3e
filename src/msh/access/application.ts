import { namesService } from '../../cpa/typed-value.ts';
import type { Direction, MessageOwner } from '../../ports/store.ts';
import { directionsOf } from './roles.ts';
import type { Role, Scope } from './roles.ts';

/** Who uses the gateway from inside. Lists name what is its own; undefined: everything. */
export interface Application {
  readonly name: string;
  readonly roles: readonly Role[];
  /** PartyIds as `type:value`: those of `parties` of the gateway for whom it sends and receives. */
  readonly parties?: readonly string[] | undefined;
  /** As `type:value`, or the value alone of one of Digikoppeling; a service of WUS by its name. */
  readonly services?: readonly string[] | undefined;
  /** Of WUS the operations. */
  readonly actions?: readonly string[] | undefined;
}

/** Whether it has to do with the whole gateway. */
export function isUnlimited({ parties, services, actions }: Application): boolean {
  return parties === undefined && services === undefined && actions === undefined;
}

/**
 * Whose messages an application may use with a scope: 'nobody' without a role for it, 'everybody' when nothing limits it.
 */
export function ownerFor(application: Application, scope: Scope): MessageOwner | 'everybody' | 'nobody' {
  const directions = directionsOf(application.roles, scope);
  if (directions === undefined) return 'nobody';
  if (directions.length > 1 && isUnlimited(application)) return 'everybody';
  const { parties, services, actions } = application;
  return { directions, parties, services, actions };
}

/** Of a message: the party here, which an application may or may not speak for. */
export interface OwnedBy {
  readonly direction: Direction;
  readonly party: string;
  readonly service: string;
  readonly action: string;
}

export function owns(owner: MessageOwner, { direction, party, service, action }: OwnedBy): boolean {
  return (
    owner.directions.includes(direction) &&
    has(owner.parties, party) &&
    (owner.services?.some((one) => namesService(one, service)) ?? true) &&
    has(owner.actions, action)
  );
}

function has(list: readonly string[] | undefined, value: string): boolean {
  return list === undefined || list.includes(value);
}
