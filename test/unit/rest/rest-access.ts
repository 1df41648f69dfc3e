import { hashOfKey, newApiKey } from '../../../src/app/access/api-keys.ts';
import { openAccess } from '../../../src/app/access/open-access.ts';
import type { AccessSettings } from '../../../src/app/access/open-access.ts';
import { readApplications } from '../../../src/app/config/application-settings.ts';
import type { ApplicationSettings } from '../../../src/app/config/application-settings.ts';
import { Unusable } from '../../../src/app/config/read-value.ts';
import { systemClock } from '../../../src/clock.ts';
import type { Clock } from '../../../src/clock.ts';
import type { Access, RestOptions } from '../../../adapters/rest/rest-api.ts';
import { openRestGateway } from './rest-gateway.ts';
import type { RestGateway } from './rest-gateway.ts';

export interface Logged {
  readonly message: string;
  readonly fields: object;
}

export interface SecuredGateway extends RestGateway {
  readonly logged: readonly Logged[];
  /** A request with this Authorization. */
  as(authorization: string | undefined, path: string, init?: RequestInit): Promise<Response>;
}

/** Entries of `api.applications`, as they would stand in the file. */
export function applications(entries: unknown): readonly ApplicationSettings[] {
  const read = readApplications(entries, '/');
  if (read instanceof Unusable) throw new Error(read.reason);
  return read;
}

/** A key, as its application sends it, and its place in the configuration. */
export function newKey(): { readonly bearer: string; readonly keys: readonly { readonly hash: string }[] } {
  const key = newApiKey();
  return { bearer: `Bearer ${key}`, keys: [{ hash: hashOfKey(key) }] };
}

/** A gateway whose API asks who calls. */
export async function openSecured(
  entries: unknown,
  more: {
    readonly oidc?: AccessSettings['oidc'];
    readonly clock?: Clock;
    readonly options?: Partial<RestOptions>;
    readonly refuseRevoked?: Parameters<typeof openAccess>[1]['refuseRevoked'];
    readonly makeWus?: Parameters<typeof openRestGateway>[1];
    readonly test?: Parameters<typeof openRestGateway>[2];
    /** Puts something before the real one: a failure at a chosen moment. */
    readonly access?: (access: Access) => Access;
  } = {},
): Promise<SecuredGateway> {
  const logged: Logged[] = [];
  const keep = (fields: object, message: string): void => {
    logged.push({ fields, message });
  };
  const log = { debug: keep, warn: keep, error: keep };
  const settings = { applications: applications(entries), oidc: more.oidc };
  const { refuseRevoked } = more;
  const access = await openAccess(settings, {
    clock: more.clock ?? systemClock,
    log,
    ...(refuseRevoked === undefined ? {} : { refuseRevoked }),
  });
  const before = access && more.access?.(access);
  const options = { access: before ?? access, log, clock: more.clock ?? systemClock, ...more.options };
  const rest = await openRestGateway(options, more.makeWus, more.test);
  return {
    ...rest,
    logged,
    as: (authorization, path, init = {}) => {
      const headers = new Headers(init.headers);
      if (authorization !== undefined) headers.set('Authorization', authorization);
      return rest.fetch(path, { ...init, headers });
    },
  };
}
