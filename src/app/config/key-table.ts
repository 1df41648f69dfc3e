import { AMQP_KEYS } from './amqp-keys.ts';
import type { Kind, KindValues } from './key-kinds.ts';

/** One setting. Parsing, environment variables, checks and docs/configuration.md are made from these rows. */
export interface KeyRow {
  readonly kind: Kind;
  readonly meaning: string;
  /** Value when nothing is given, in the form of the file. */
  readonly default?: string | number | boolean | readonly string[] | Readonly<Record<string, never>>;
  /** Default as the docs say it, where it follows from another key. */
  readonly shownDefault?: string;
  readonly required?: true;
  readonly choices?: readonly string[];
  /** Never shown in logs or findings. */
  readonly secret?: true;
}

const MIB = 2 ** 20;

const PRIVATE_KEY = { kind: 'path', meaning: 'Private key (PEM).' } as const satisfies KeyRow;
const CERTIFICATE = {
  kind: 'path',
  meaning: 'Its certificate (PEM), the issuing ones after it where there are.',
} as const satisfies KeyRow;
const PKCS12 = {
  kind: 'path',
  meaning: 'Key and certificates in one PKCS#12 store, instead of the two.',
} as const satisfies KeyRow;
const PASSPHRASE = {
  kind: 'text',
  secret: true,
  meaning: 'Passphrase of the key or the store; better in the environment than in the file.',
} as const satisfies KeyRow;
const PASSPHRASE_FILE = { kind: 'path', meaning: 'File whose first line is the passphrase.' } as const satisfies KeyRow;

export const KEYS = {
  name: { kind: 'text', required: true, meaning: 'Name of this gateway, in the log and in events.' },
  parties: {
    kind: 'parties',
    required: true,
    meaning:
      'Whom this gateway may speak for: `urn:osb:oin:<OIN>` or a bare OIN. A message to another party is refused.',
  },
  data: { kind: 'path', default: './data', meaning: 'Folder for everything the gateway keeps.' },
  'store.url': {
    kind: 'url',
    shownDefault: '`sqlite:` in `data`',
    meaning: 'Where messages are kept: `sqlite:<path>`.',
  },
  'payloads.url': {
    kind: 'url',
    shownDefault: '`file:` in `data`',
    meaning: 'Where payloads above the inline limit are kept: `file:<folder>`.',
  },
  'ebms.host': { kind: 'text', default: '0.0.0.0', meaning: 'Address the endpoint for partners listens on.' },
  'ebms.port': { kind: 'port', default: 8443, meaning: 'Its port; 0 takes a free one.' },
  'ebms.path': { kind: 'text', default: '/ebms', meaning: 'Its path; everything else answers 404.' },
  'ebms.tls': {
    kind: 'choice',
    choices: ['off'],
    meaning: '`off`: plain HTTP, on loopback only unless `ebms.allowPlain`. Otherwise the map of the keys below.',
  },
  'ebms.tls.key': { ...PRIVATE_KEY, meaning: 'Private key (PEM) of the endpoint.' },
  'ebms.tls.certificate': CERTIFICATE,
  'ebms.tls.pkcs12': PKCS12,
  'ebms.tls.passphrase': PASSPHRASE,
  'ebms.tls.passphraseFile': PASSPHRASE_FILE,
  'ebms.tls.clientCa': {
    kind: 'path',
    shownDefault: '`keys.trust`',
    meaning: 'CAs (PEM) that client certificates must chain to.',
  },
  'ebms.allowPlain': {
    kind: 'flag',
    default: false,
    meaning: 'Plain HTTP on other addresses than loopback: only behind a proxy that does TLS. Logged at start.',
  },
  'ebms.concurrency': {
    kind: 'integer',
    default: 32,
    meaning: 'Attempts under way at the same time to one partner, and connections to it.',
  },
  'ebms.questionsPerMinute': {
    kind: 'integer',
    default: 60,
    meaning: 'Pings and StatusRequests that one partner may send a minute; more are answered with 503.',
  },
  'ebms.responseSeconds': {
    kind: 'integer',
    default: 0,
    meaning:
      'How long the HTTP answer to a message waits for the response of the application, where the CPA says `signalsAndResponse` or `responseOnly`; never longer than 50, since partners give up after a minute. 0: not at all, and the response travels by a request of its own, which every partner can read (ebms-core signs such CPAs and cannot read responses in the answer); else 10 is a good value.',
  },
  'ebms.limits.envelope': { kind: 'size', default: MIB, meaning: 'Largest SOAP envelope of a partner.' },
  'ebms.limits.message': { kind: 'size', default: 2048 * MIB, meaning: 'Largest whole message of a partner.' },
  'ebms.limits.parts': { kind: 'integer', default: 100, meaning: 'Most MIME parts of one message.' },
  'ebms.limits.translated': {
    kind: 'size',
    default: 4 * MIB,
    meaning:
      'Largest payload that `json` of a rule of `routes` translates, 64 MiB at most: it is in memory, and everything else waits meanwhile. A larger one is refused with TRANSLATION_TOO_LARGE.',
  },
  'ebms.limits.held': {
    kind: 'integer',
    default: 1000,
    meaning: 'Most messages of one ordered conversation that wait for earlier ones; another is refused.',
  },
  'ebms.limits.waiting': {
    kind: 'integer',
    default: 100,
    meaning: 'Most messages that wait so for a response at the same time; another is answered at once.',
  },
  'ebms.limits.memory': {
    kind: 'size',
    default: 256 * MIB,
    meaning:
      'Envelopes of partners in memory, ebMS and WUS together, over all requests that have no answer yet; one address gets half of it. A request beyond it is told to come again (Retry-After: 503, and fault 0051 in WUS).',
  },
  'ebms.limits.connections': {
    kind: 'integer',
    default: 2000,
    meaning: 'Most connections of partners at the same time; another is refused. Logged once a minute at most.',
  },
  'ebms.limits.connectionsPerAddress': {
    kind: 'integer',
    default: 256,
    meaning:
      'Most of them from one address. Another takes the place of the one that carried no request for longest, or of the slowest, and is refused only where all of them get on with their work. Partners behind one proxy share an address.',
  },
  'ebms.limits.headersSeconds': {
    kind: 'integer',
    default: 20,
    meaning: 'How long a TLS handshake, and the headers of a request, may take.',
  },
  'ebms.limits.requestSeconds': {
    kind: 'integer',
    default: 600,
    meaning: 'How long a whole request may take to come in.',
  },
  'ebms.limits.minimumRate': {
    kind: 'size',
    default: 1024,
    meaning:
      'Octets a second that a partner has to send of a body, and to read of an answer, while the gateway waits for it. Who falls behind is cut off with 408; where its address has all its connections (`connectionsPerAddress`) the slowest makes room at once. 0: none.',
  },
  'ebms.limits.patienceSeconds': {
    kind: 'integer',
    default: 15,
    meaning: 'How long it may stand still; longer where it moves less than `minimumRate`, but something.',
  },
  'api.host': {
    kind: 'text',
    default: '127.0.0.1',
    meaning:
      'Address the inside API listens on. Another one than loopback needs `api.applications` and `api.tls`, or `api.allowRemote`.',
  },
  'api.port': { kind: 'port', default: 8080, meaning: 'Its port; 0 takes a free one.' },
  'api.allowRemote': {
    kind: 'flag',
    default: false,
    meaning:
      'Let the API listen on another address than loopback without `api.tls`, behind a proxy that does TLS. Without `api.applications` whoever reaches it can do everything: shield it yourself.',
  },
  'api.names': {
    kind: 'names',
    default: [],
    meaning:
      'Host names that requests to the API may name, beside `localhost`, `api.host` and IP addresses (guards against DNS rebinding). Empty: any, where `api.applications` say who calls and `api.host` is not loopback.',
  },
  'api.applications': {
    kind: 'applications',
    default: [],
    meaning: 'Who may use the API; none: whoever reaches it, as one application.',
  },
  'api.oidc.issuer': {
    kind: 'url',
    meaning: 'OpenID provider whose access tokens (JWT) applications may show: https, or http on loopback.',
  },
  'api.oidc.audience': {
    kind: 'text',
    meaning: 'What `aud` of these tokens must hold: how the provider names this API.',
  },
  'api.oidc.skewSeconds': { kind: 'integer', default: 30, meaning: 'How far the clock of the provider may be off.' },
  'api.tls.key': { ...PRIVATE_KEY, meaning: 'Private key (PEM) of the API; without it the API speaks plain HTTP.' },
  'api.tls.certificate': CERTIFICATE,
  'api.tls.pkcs12': PKCS12,
  'api.tls.passphrase': PASSPHRASE,
  'api.tls.passphraseFile': PASSPHRASE_FILE,
  'api.tls.clientCa': {
    kind: 'path',
    meaning:
      'CAs (PEM) of the client certificates by which applications may be known. A list of theirs in `revocation` counts; they need none.',
  },
  'api.contact.name': { kind: 'text', meaning: 'Who answers questions about this API, for its OpenAPI document.' },
  'api.contact.email': { kind: 'text', meaning: 'Their e-mail address.' },
  'api.contact.url': { kind: 'url', meaning: 'Their web page.' },
  'api.limits.json': { kind: 'size', default: 20 * MIB, meaning: 'Largest JSON body, base64 included.' },
  'api.limits.upload': { kind: 'size', default: 2048 * MIB, meaning: 'Largest multipart/form-data body.' },
  'api.limits.parts': { kind: 'integer', default: 100, meaning: 'Most payloads of one message.' },
  'api.limits.connections': {
    kind: 'integer',
    default: 2000,
    meaning:
      'Most connections to the API at the same time; another is closed at once. A connection on which nothing moves for ten minutes is closed too.',
  },
  'api.limits.streams': {
    kind: 'integer',
    default: 20,
    meaning: 'Most event streams (`/events/stream`) of one application at the same time; 100 of all together.',
  },
  'keys.sign.key': { ...PRIVATE_KEY, meaning: 'Private key (PEM) that signs messages and acknowledgments.' },
  'keys.sign.certificate': CERTIFICATE,
  'keys.sign.pkcs12': PKCS12,
  'keys.sign.passphrase': PASSPHRASE,
  'keys.sign.passphraseFile': PASSPHRASE_FILE,
  'keys.tlsClient.key': { ...PRIVATE_KEY, meaning: 'Private key (PEM) for TLS towards partners.' },
  'keys.tlsClient.certificate': CERTIFICATE,
  'keys.tlsClient.pkcs12': PKCS12,
  'keys.tlsClient.passphrase': PASSPHRASE,
  'keys.tlsClient.passphraseFile': PASSPHRASE_FILE,
  'keys.decrypt.key': {
    ...PRIVATE_KEY,
    shownDefault: '`keys.sign`',
    meaning: 'Private key (PEM) that opens encrypted payloads, where it is not the one of `keys.sign`.',
  },
  'keys.decrypt.certificate': CERTIFICATE,
  'keys.decrypt.pkcs12': PKCS12,
  'keys.decrypt.passphrase': PASSPHRASE,
  'keys.decrypt.passphraseFile': PASSPHRASE_FILE,
  'keys.trust': {
    kind: 'paths',
    default: [],
    meaning: 'CA certificates (PEM) that partners’ certificates must chain to.',
  },
  partners: {
    kind: 'partners',
    default: {},
    meaning: 'What differs for one partner, by PartyId.',
  },
  'revocation.mode': {
    kind: 'choice',
    default: 'require',
    choices: ['require', 'ifPresent', 'off'],
    meaning:
      'Whether certificates of partners are looked up in the revocation lists of their CAs. `require`: what cannot be looked up is not believed (the partner is asked to come again, HTTP 503). `ifPresent`: it is believed. `off`: nothing is looked up.',
  },
  'revocation.crls': {
    kind: 'paths',
    default: [],
    meaning: 'Files with revocation lists (DER or PEM), one or more a CA; read again when they change.',
  },
  'revocation.download': {
    kind: 'flag',
    default: false,
    meaning:
      'Fetch the lists from the addresses that certificates name (http(s); no redirects, nothing in the own network), keep them in `data` and refresh them. Off by default: the gateway makes no connections that you did not ask for.',
  },
  'revocation.hosts': {
    kind: 'names',
    default: [],
    meaning:
      'Hosts (`host` or `host:port`) that lists may be fetched from, also in the own network; when given, no other is asked.',
  },
  'revocation.maxSize': { kind: 'size', default: 16 * MIB, meaning: 'Largest revocation list.' },
  routes: {
    kind: 'routes',
    default: [],
    meaning:
      'Who gets a received message (docs/routes.md): a list of rules, of which the first that matches decides, else the inbox. It is fixed when a message is accepted.',
  },
  ...AMQP_KEYS,
  'adapters.filesystem.folders': {
    kind: 'folders',
    default: [],
    meaning: 'Applications that know only folders (docs/files.md).',
  },
  'adapters.webhooks': {
    kind: 'webhooks',
    default: [],
    secret: true,
    meaning: 'Addresses of applications that messages and events are posted to (docs/webhooks.md).',
  },
  'wus.services': {
    kind: 'services',
    default: [],
    meaning: 'Services of WUS (docs/wus.md).',
  },
  'wus.skewSeconds': {
    kind: 'integer',
    default: 60,
    meaning: 'How far the clock of a partner may be off: a Timestamp may be that much ahead, or past its Expires.',
  },
  'wus.maxAgeSeconds': {
    kind: 'integer',
    default: 300,
    meaning: 'Oldest Timestamp of a signed message that is taken, also where its Expires is later.',
  },
  'wus.keepDays': {
    kind: 'integer',
    default: 365,
    meaning: 'How long consultations are kept; 0: for ever.',
  },
  'wus.limits.envelope': {
    kind: 'size',
    default: 10 * MIB,
    meaning: 'Largest body without attachments, of request and answer: it is held in memory.',
  },
  'wus.limits.message': { kind: 'size', default: 2048 * MIB, meaning: 'Largest whole message, attachments included.' },
  'log.level': {
    kind: 'choice',
    default: 'info',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    meaning: 'Least level that is logged (JSON lines on stderr).',
  },
  'stop.graceSeconds': {
    kind: 'integer',
    default: 10,
    meaning:
      'How long running requests and attempts may last after SIGTERM or SIGINT. Then they are cut off; a partner whose backend did not answer gets fault 0051.',
  },
} as const satisfies Record<string, KeyRow>;

export type Key = keyof typeof KEYS;
/** Where the files of a private key stand. */
export type KeyFilesPrefix = 'ebms.tls' | 'api.tls' | 'keys.sign' | 'keys.tlsClient' | 'keys.decrypt';

type Given<R> = R extends { readonly default: unknown } | { readonly required: true } ? true : false;
type ValueOf<R> = R extends { readonly kind: infer K extends Kind }
  ? Given<R> extends true
    ? KindValues[K]
    : KindValues[K] | undefined
  : never;

/** Every setting by its key, checked. */
export type Settings = { readonly [K in Key]: ValueOf<(typeof KEYS)[K]> };

/** `keys.tlsClient.key` → `POSTILJON_KEYS_TLS_CLIENT_KEY`. */
export function environmentName(key: string): string {
  const words = key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).replaceAll('.', '_');
  return `POSTILJON_${words.toUpperCase()}`;
}
