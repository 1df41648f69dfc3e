import { GatewayError, ownerFor } from '../../../src/index.ts';
import type { Application, Gateway, MessageOwner, Scope, UseCases } from '../../../src/index.ts';

/** Who asks, and what the gateway is to it. */
export interface Caller {
  /** Name of the application. */
  readonly name: string;
  readonly useCases: UseCases;
  /** undefined: everything is its own. */
  readonly owner: MessageOwner | undefined;
  /** Looks again. Throws UNAUTHENTICATED, TOO_MANY_FAILURES once what the request showed has ended, or was withdrawn. */
  readonly stillKnown: () => Promise<void>;
  /** The same caller with another scope. Throws NOT_ALLOWED. */
  with(scope: Scope): Omit<Caller, 'stillKnown'>;
  /** Whether it has another scope. */
  has(scope: Scope): boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
}

/** The name that counts where the API has no access control. */
const NOBODY_IN_PARTICULAR = 'default';

/** Who calls where the API has no access control: may do everything. */
export function anyCaller(gateway: Gateway): Caller {
  const anybody: Caller = {
    name: NOBODY_IN_PARTICULAR,
    useCases: gateway,
    owner: undefined,
    stillKnown: () => Promise.resolve(),
    with: () => anybody,
    has: () => true,
  };
  return anybody;
}

/** All of a caller that is the same for each of its requests. */
type Known = Omit<Caller, 'stillKnown'>;

/** What the gateway is to an application is made once for each scope. */
export class Callers {
  readonly #gateway: Gateway;
  readonly #known = new WeakMap<object, Map<Scope, Known>>();

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** Throws NOT_ALLOWED. */
  of(application: Application, scope: Scope | undefined): Known {
    if (scope === undefined) throw new Error('a route that is not open needs a scope');
    const scopes = this.#known.get(application) ?? new Map<Scope, Known>();
    this.#known.set(application, scopes);
    const caller = scopes.get(scope) ?? this.#make(application, scope);
    scopes.set(scope, caller);
    return caller;
  }

  #make(application: Application, scope: Scope): Known {
    const { name, roles } = application;
    const owned = ownerFor(application, scope);
    if (owned === 'nobody') {
      const detail = `application ${name} has the roles ${roles.join(', ')}, of which none has ${scope}`;
      throw new GatewayError('NOT_ALLOWED', { detail });
    }
    const owner = owned === 'everybody' ? undefined : owned;
    const useCases = this.#gateway.usedBy({ name, owner });
    return {
      name,
      owner,
      useCases,
      with: (other) => this.of(application, other),
      has: (other) => ownerFor(application, other) !== 'nobody',
    };
  }
}
