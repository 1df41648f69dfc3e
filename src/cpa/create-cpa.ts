import { toDateTime } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import { newId } from '../ids.ts';
import { readCertificate } from './certificate.ts';
import { element, printMarkup } from './markup.ts';
import type { Markup } from './markup.ts';
import type { PartyPlan } from './party-plan.ts';
import type { PartyProfile } from './party-profile.ts';
import { PROFILES } from './profiles.ts';
import type { ProfileName } from './profiles.ts';
import { DEFAULT_RETRIES, DEFAULT_RETRY_INTERVAL_MS } from './agreement-terms.ts';
import { SERVICE_TYPE } from './typed-value.ts';
import type { Service, TypedValue } from './typed-value.ts';
import { writePartyInfo } from './write-party-info.ts';

export interface CpaOptions {
  /** The first sends `actions` to the second. */
  readonly parties: readonly [PartyProfile, PartyProfile];
  /** Bare, as `urn:osb:services:…`, or with another type. */
  readonly service: string | Service;
  readonly actions: readonly string[];
  /** Sent by the second party to the first. */
  readonly replyActions?: readonly string[];
  readonly profile: ProfileName;
  /** Acknowledgments in the HTTP answer, where the profile is reliable; false when absent. */
  readonly sync?: boolean;
  /** `service_A_B_version` when absent, all other characters than letters, digits, - and _ replaced. */
  readonly cpaId?: string;
  /** Last part of the CPAId; a UUID when absent. */
  readonly version?: string;
  /** ms since 1970 UTC; the beginning of today when absent, so that a slow clock does not refuse the first message. */
  readonly start?: number;
  /** ms since 1970 UTC; when the first signing certificate ends when absent. */
  readonly end?: number;
  /** 8 when absent. */
  readonly retries?: number;
  /** ms; 3 hours when absent. */
  readonly retryInterval?: number;
  /** ms; (1 + retries) × retryInterval rounded up to whole days when absent, so 2 days. */
  readonly persistDuration?: number;
}

const CPPA_NS = 'http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd';
const DAY_MS = 86_400_000;

/**
 * Writes a contract that follows a Digikoppeling profile and the CPPA schema. One service, one role a party, two
 * channels a party: one for its actions and the default channel, which carries signals, unacknowledged, with the same
 * signing terms. Best practice gives PersistDuration P1D to 8 retries of 3 hours, which is shorter than the retries
 * last: P2D is written. Throws OPTION_INVALID that names the option. @spec Digikoppeling EB009, EB010, EB015
 */
export function createCpa(options: CpaOptions): Uint8Array {
  const service = serviceOf(options.service);
  requireSensible(options);
  const [start, end] = datesOf(options);
  const [a, b] = options.parties;
  const plans = [planOf('A', a, options), planOf('B', b, options)] as const;
  const parties = plans.map((plan, index) =>
    writePartyInfo(plan, {
      service,
      sends: actionsOf(options, index === 0),
      receives: actionsOf(options, index !== 0),
      otherKey: plans[index === 0 ? 1 : 0].key,
    }),
  );
  const root = element(
    'tns:CollaborationProtocolAgreement',
    {
      'xmlns:tns': CPPA_NS,
      'xmlns:ds': 'http://www.w3.org/2000/09/xmldsig#',
      'xmlns:xlink': 'http://www.w3.org/1999/xlink',
      'tns:cpaid': options.cpaId ?? cpaIdOf(options, service),
      'tns:version': '2_0b',
    },
    [
      element('tns:Status', { 'tns:value': 'agreed' }),
      element('tns:Start', {}, toDateTime(start)),
      element('tns:End', {}, toDateTime(end)),
      ...parties,
      ...packaging(),
    ],
  );
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${printMarkup(root)}`, 'utf8');
}

function serviceOf(service: string | TypedValue): TypedValue {
  if (typeof service !== 'string') return service;
  const prefix = `${SERVICE_TYPE}:`;
  return { type: SERVICE_TYPE, value: service.startsWith(prefix) ? service.slice(prefix.length) : service };
}

function requireSensible(options: CpaOptions): void {
  const { actions, replyActions = [], parties, cpaId } = options;
  const all = [...actions, ...replyActions];
  if (all.length === 0) throw refused('actions', 'name one action at least');
  const bad = all.find((action) => action === '' || /\s/.test(action));
  if (bad !== undefined) throw refused('actions', `an action holds no white space: "${bad}"`);
  if (new Set(actions).size < actions.length) throw refused('actions', 'an action stands twice');
  if (new Set(replyActions).size < replyActions.length) throw refused('replyActions', 'an action stands twice');
  if (parties[0].partyId.value === parties[1].partyId.value) throw refused('parties', 'both have the same PartyId');
  if (/^\s|\s$/.test(serviceOf(options.service).value) || serviceOf(options.service).value === '') {
    throw refused('service', 'it is empty or has white space at its ends');
  }
  if (cpaId?.trim() === '') throw refused('cpaId', 'it is empty');
}

function datesOf(options: CpaOptions): readonly [number, number] {
  const start = options.start ?? Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const ends = options.parties.map(({ certificates }) => readCertificate(Buffer.from(certificates.sign))?.notAfter);
  const end = options.end ?? Math.min(...ends.filter((time) => time !== undefined));
  if (!Number.isFinite(end)) throw refused('end', 'no certificate says when the CPA ends');
  if (end <= start) throw refused('end', `it is not after the start: ${toDateTime(end)}`);
  return [start, end];
}

function planOf(key: 'A' | 'B', party: PartyProfile, options: CpaOptions): PartyPlan {
  const profile = PROFILES[options.profile];
  const retries = options.retries ?? DEFAULT_RETRIES;
  const retryInterval = options.retryInterval ?? DEFAULT_RETRY_INTERVAL_MS;
  const lasting = (1 + retries) * retryInterval;
  return {
    key: `Party${key}`,
    party,
    profile,
    syncReplyMode: options.sync === true && profile.reliable ? 'mshSignalsOnly' : 'none',
    retries,
    retryInterval,
    persistDuration: options.persistDuration ?? Math.max(1, Math.ceil(lasting / DAY_MS)) * DAY_MS,
  };
}

function actionsOf({ actions, replyActions = [] }: CpaOptions, ofFirst: boolean): readonly string[] {
  return ofFirst ? actions : replyActions;
}

/** CPAIds become file names at some partners: no dots, colons and the like. */
function cpaIdOf({ parties, version }: CpaOptions, service: TypedValue): string {
  const [a, b] = parties;
  const id = [service.value, a.partyId.value, b.partyId.value, version ?? newId()].join('_');
  return id.replaceAll(/[^A-Za-z0-9_-]+/g, '-');
}

function packaging(): readonly Markup[] {
  const namespace = 'http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd';
  const supported = element('tns:NamespaceSupported', { 'tns:location': namespace, 'tns:version': '2.0' }, namespace);
  return [
    element('tns:SimplePart', { 'tns:id': 'MessageHeader', 'tns:mimetype': 'text/xml' }, [supported]),
    element('tns:SimplePart', { 'tns:id': 'Payload', 'tns:mimetype': 'application/xml' }),
    composite('MshSignalPackage', ['MessageHeader']),
    composite('BusinessMessagePackage', ['MessageHeader', 'Payload']),
  ];
}

function composite(id: string, parts: readonly string[]): Markup {
  return element('tns:Packaging', { 'tns:id': id }, [
    element('tns:ProcessingCapabilities', { 'tns:parse': 'true', 'tns:generate': 'true' }),
    element('tns:CompositeList', {}, [
      element(
        'tns:Composite',
        { 'tns:id': `${id}Composite`, 'tns:mimetype': 'multipart/related', 'tns:mimeparameters': 'type=text/xml' },
        parts.map((idref) => element('tns:Constituent', { 'tns:idref': idref })),
      ),
    ]),
  ]);
}

function refused(location: string, detail: string): GatewayError {
  return new GatewayError('OPTION_INVALID', { location, detail });
}
