import type { Direction } from '../../ports/store.ts';

/** What a route of the API asks of who calls it. Public names: the OpenAPI document shows them. */
export const SCOPES = {
  'messages:send': 'Send messages.',
  'messages:read': 'Find messages, see their attempts, and follow events.',
  'messages:content': 'Fetch payloads and whole messages.',
  'messages:take': 'Confirm received messages.',
  'messages:operate': 'Resend and cancel messages, one by one or in bulk, and ask partners about them.',
  'jobs:use': 'Do something with many messages at once; each operation asks for its own scope too.',
  'messages:evidence': 'Fetch what proves a message.',
  'refusals:read': 'See what partners sent and was refused.',
  'routes:read': 'See where received messages go.',
  'events:replay': 'See notifications that could not be delivered, and send them again.',
  'cpas:read': 'See contracts.',
  'cpas:write': 'Import, activate and remove contracts.',
  'partners:ping': 'Ask partners whether they are there.',
  'wus:services': 'See services of WUS.',
  'wus:call': 'Call services of WUS.',
  'wus:consultations': 'See who consulted which service of WUS.',
  'metrics:read': 'Read the counts.',
} as const;
export type Scope = keyof typeof SCOPES;

interface RoleRow {
  readonly meaning: string;
  readonly scopes: readonly Scope[];
  /** Its messages are those that went this way only. */
  readonly direction?: Direction;
  /** Concerns the gateway as a whole: not for an application that is limited to parties, services or actions. */
  readonly whole?: true;
}

/** What an application may do: the configuration gives it roles, and a route asks a scope. */
export const ROLES = {
  send: {
    meaning: 'Sends messages, and sees those that were sent; calls services of WUS.',
    scopes: ['messages:send', 'messages:read', 'messages:content', 'cpas:read', 'wus:services', 'wus:call'],
    direction: 'out',
  },
  receive: {
    meaning: 'Finds, fetches and confirms received messages.',
    scopes: ['messages:read', 'messages:content', 'messages:take', 'jobs:use', 'cpas:read'],
    direction: 'in',
  },
  operate: {
    meaning: 'Sees all but contents, resends, cancels, and asks partners.',
    scopes: [
      'messages:read',
      'messages:operate',
      'jobs:use',
      'refusals:read',
      'routes:read',
      'events:replay',
      'cpas:read',
      'partners:ping',
      'wus:services',
      'wus:consultations',
      'metrics:read',
    ],
  },
  admin: {
    meaning: 'Manages contracts.',
    scopes: ['cpas:read', 'cpas:write', 'routes:read', 'partners:ping', 'wus:services', 'metrics:read'],
    whole: true,
  },
  audit: {
    meaning: 'Sees everything, contents and evidence too, and changes nothing.',
    scopes: [
      'messages:read',
      'messages:content',
      'messages:evidence',
      'refusals:read',
      'routes:read',
      'cpas:read',
      'wus:services',
      'wus:consultations',
      'metrics:read',
    ],
  },
} as const satisfies Record<string, RoleRow>;
export type Role = keyof typeof ROLES;

const ROWS: Readonly<Record<Role, RoleRow>> = ROLES;

/** Directions of the messages that these roles may use with a scope; undefined: not at all. */
export function directionsOf(roles: readonly Role[], scope: Scope): readonly Direction[] | undefined {
  const granting = roles.map((role) => ROWS[role]).filter(({ scopes }) => scopes.includes(scope));
  if (granting.length === 0) return undefined;
  const directions = ['in', 'out'] as const;
  return directions.filter((one) => granting.some(({ direction }) => direction === undefined || direction === one));
}

/** Whether a role is for the gateway as a whole. */
export function concernsAll(role: Role): boolean {
  return ROWS[role].whole === true;
}

export function isRole(text: unknown): text is Role {
  return typeof text === 'string' && Object.hasOwn(ROLES, text);
}
