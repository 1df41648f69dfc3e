import { concernsAll, isRole, ROLES } from '../../msh/access/roles.ts';
import type { Role } from '../../msh/access/roles.ts';
import { isKeyHash } from '../access/api-keys.ts';
import { readEntries, readName } from './read-entries.ts';
import { optional, otherwise, readFields, required } from './read-fields.ts';
import {
  didYouMean,
  isMap,
  readList,
  readOin,
  readParty,
  readPath,
  readSome,
  readText,
  Unusable,
} from './read-value.ts';
import { nearest } from './suggest.ts';

/** One entry of `api.applications`; paths are absolute. */
export interface ApplicationSettings {
  readonly name: string;
  readonly roles: readonly Role[];
  /** PartyIds as `type:value`; undefined: all of the gateway. So the other two. */
  readonly parties: readonly string[] | undefined;
  readonly services: readonly string[] | undefined;
  readonly actions: readonly string[] | undefined;
  readonly keys: readonly KeySettings[];
  readonly certificate: { readonly oin: string } | { readonly subject: string } | undefined;
  readonly oidc: { readonly subject: string } | { readonly clientId: string } | undefined;
}

/** The hash itself, or a file whose first line it is. */
export type KeySettings = { readonly hash: string } | { readonly file: string };

export function readApplications(value: unknown, folder: string): readonly ApplicationSettings[] | Unusable {
  return readEntries(value, 'applications', (entry) => check(readApplication(entry, folder)), twice);
}

function readApplication(entry: unknown, folder: string): ApplicationSettings | Unusable {
  return readFields<ApplicationSettings>(entry, {
    name: required(readOwnName),
    roles: required((value) => readSome(value, readRole)),
    parties: optional((value) => readSome(value, readParty)),
    services: optional((value) => readSome(value, readText)),
    actions: optional((value) => readSome(value, readText)),
    keys: otherwise<readonly KeySettings[]>([], (value) => readList(value, (one) => readKey(one, folder))),
    certificate: optional((value) => readEither(value, ['oin', readOin], ['subject', readText])),
    oidc: optional((value) => readEither(value, ['subject', readText], ['clientId', readText])),
  });
}

function check(application: ApplicationSettings | Unusable): ApplicationSettings | Unusable {
  if (application instanceof Unusable) return application;
  const { roles, parties, services, actions, keys, certificate, oidc } = application;
  if (keys.length === 0 && certificate === undefined && oidc === undefined)
    return new Unusable('give keys, certificate or oidc, by which it is known');
  const whole = roles.find(concernsAll);
  const limited = parties !== undefined || services !== undefined || actions !== undefined;
  if (whole === undefined || !limited) return application;
  return new Unusable(`roles: ${whole} is for the whole gateway: leave out parties, services and actions`);
}

/** Idempotency keys and events name an application: two under one name would take the messages of each other for their own. */
const OF_THE_QUEUE = 'amqp';

function readOwnName(value: unknown): string | Unusable {
  if (value === OF_THE_QUEUE) return new Unusable(`${value} is what publishes to the queue; take another name`);
  return readName(value, 'file');
}

function readRole(value: unknown): Role | Unusable {
  if (isRole(value)) return value;
  const names = Object.keys(ROLES);
  const near = typeof value === 'string' ? nearest(value, names) : undefined;
  return new Unusable(`must be one of ${names.join(', ')}${didYouMean(near)}`);
}

function readKey(value: unknown, folder: string): KeySettings | Unusable {
  return readEither(value, ['hash', readHash], ['file', (one) => readPath(one, folder)]);
}

/** What was meant to be secret is not repeated. */
function readHash(value: unknown): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable || isKeyHash(text)) return text;
  return new Unusable('must be a hash that `postiljon api-key create` printed, never the key itself');
}

type Reader = (value: unknown) => string | Unusable;

/** A map with one of two keys. */
function readEither<A extends string, B extends string>(
  value: unknown,
  [a, readA]: readonly [A, Reader],
  [b, readB]: readonly [B, Reader],
): Readonly<Record<A, string>> | Readonly<Record<B, string>> | Unusable;
function readEither(
  value: unknown,
  [a, readA]: readonly [string, Reader],
  [b, readB]: readonly [string, Reader],
): unknown {
  const names = isMap(value) ? Object.keys(value) : [];
  const [name] = names;
  if (!isMap(value) || names.length !== 1 || (name !== a && name !== b))
    return new Unusable(`must be a map with ${a} or ${b}`);
  const read = (name === a ? readA : readB)(value[name]);
  return read instanceof Unusable ? new Unusable(`${name}: ${read.reason}`) : { [name]: read };
}

/** Two applications that could not be told apart. */
function twice(applications: readonly ApplicationSettings[]): readonly string[] {
  const marks = applications.flatMap(({ name, keys, certificate, oidc }) => [
    `name ${name}`,
    ...keys.map((key) => ('hash' in key ? `key ${key.hash}` : `key ${key.file}`)),
    ...(certificate === undefined ? [] : [`certificate ${JSON.stringify(certificate)}`]),
    ...(oidc === undefined ? [] : [`oidc ${JSON.stringify(oidc)}`]),
  ]);
  const again = new Set(marks.filter((mark, index) => marks.indexOf(mark) !== index));
  return [...again].map((mark) => `${mark}: two applications have it`);
}
