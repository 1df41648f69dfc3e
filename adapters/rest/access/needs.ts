import type { Scope } from '../../../src/index.ts';

const SCOPE = 'scope';

/** In the schema of a route: the scope that its caller must have. OpenAPI's `security` is made from it. */
export function needs(scope: Scope): readonly { readonly [SCOPE]: readonly [Scope] }[] {
  return [{ [SCOPE]: [scope] }];
}

/** In the schema of a route that asks nothing of its caller. */
export const OPEN = [] as const;

/** undefined: the route is open, or says nothing. */
export function scopeOf(security: unknown): Scope | undefined {
  const first: unknown = Array.isArray(security) ? security[0] : undefined;
  return isNeed(first) ? first[SCOPE][0] : undefined;
}

function isNeed(value: unknown): value is ReturnType<typeof needs>[number] {
  return typeof value === 'object' && value !== null && SCOPE in value;
}
