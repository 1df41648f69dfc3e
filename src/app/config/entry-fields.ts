import type { RouteRule } from '../../msh/handover/routes.ts';
import type { SenderSettings } from './amqp-sender-settings.ts';
import type { ApplicationSettings } from './application-settings.ts';
import type { FolderEntry } from './folder-settings.ts';
import type { Key } from './key-table.ts';
import type { PartnerKey } from './partner-settings.ts';
import type { WebhookSettings } from './webhook-settings.ts';
import type { ConsumerSettings, ProviderSettings } from './wus-service-settings.ts';

/** What each field of an entry means; of every field that is read, and of no other. */
type Meanings<Field extends string> = Readonly<Record<Field, string>>;

const APPLICATION: Meanings<keyof ApplicationSettings> = {
  name: 'Its name, in the log and in events.',
  roles: 'List of `send`, `receive`, `operate`, `admin`, `audit` (docs/api.md).',
  keys: 'API keys by which it is known: each a map with `hash`, as `postiljon api-key create` prints it, or `file`, whose first line that is.',
  certificate: 'Client certificate by which it is known: `oin` or `subject`; with `api.tls.clientCa`.',
  oidc: 'Access token by which it is known: `subject` or `clientId`; with `api.oidc`.',
  parties: 'Those of our parties for which it sends and receives. Left out: all.',
  services: '`type:value`, or the value alone of one of type `urn:osb:services`; of WUS their names. Left out: all.',
  actions: 'Actions; of WUS the operations. Left out: all.',
};

const PARTNER: Meanings<PartnerKey> = {
  allow:
    'List of weakenings, logged at each use: `sha1`, `cbc`, `rsa15`, `keyRef` and, for WUS, `unsignedConfirmation`.',
  endpoint: 'Used instead of the URL of the CPA.',
  messageOrder: '`off`: number nothing for this partner, even where the CPA says Guaranteed.',
  responses:
    '`apart`: business responses to it travel by requests of their own, even where the CPA has them in the HTTP answer.',
  tlsOin: 'OIN in the TLS certificate of who connects, or answers, for this partner, where that is an intermediary.',
  encryption:
    'What payloads to it are encrypted with: `data` (`aes256-gcm`, `aes128-gcm`), instead of the algorithm of the CPA, and `keyTransport` (`rsa-oaep-mgf1p`, the default, or `rsa-oaep`).',
  wusCertificates:
    'Files: certificates that its signatures in WUS may name instead of carrying them; with `keyRef` in `allow`.',
  wusEncryptFor:
    'File: the certificate that answers of WUS to it are encrypted for, where that of its requests is for signing only.',
};

const MATCHES = 'must be this; `*`, or nothing, matches all.';
const ROUTE: Meanings<keyof RouteRule> = {
  cpaId: `The CPAId ${MATCHES}`,
  from: `The sender (PartyId or bare OIN) ${MATCHES}`,
  to: `The receiver (PartyId or bare OIN) ${MATCHES}`,
  role: `The role of the receiver ${MATCHES}`,
  service: `The service (\`type:value\`, or the value alone of one of type \`urn:osb:services\`) ${MATCHES}`,
  action: `The action ${MATCHES}`,
  destination:
    '`inbox`, `amqp`, `files:<name>` or `webhook:<name>`. With `partner` the rule is about messages that are sent, and says by `json` how JSON of applications becomes XML. Required.',
  json: 'The application gets and gives JSON instead of XML (docs/json.md): path of an XML Schema or a WSDL, or a map of `schema` and `element` (`{namespace}name` of the root, or its name; needed where the schema declares several).',
};

const SENDER: Meanings<keyof SenderSettings> = {
  name: 'It publishes with routing key `send.<name>`. Required.',
  queue: 'Quorum queue that is bound with it; `postiljon.send.<name>` where not given. Declared by the gateway.',
  parties: 'PartyIds or bare OINs that it may send for. Left out: all.',
  services: '`type:value`, or the value alone of one of type `urn:osb:services`; of WUS their names. Left out: all.',
  actions: 'Actions; of WUS the operations. Left out: all.',
  replyTo:
    'Queues that it may name in `reply_to`; `*` at the end of one stands for whatever follows. Left out: all but those of the gateway.',
};

const OF_INBOX = 'With an inbox:';
const OF_OUTBOX = 'With an outbox:';
const FOLDER: Meanings<keyof FolderEntry> = {
  name: 'Its destination is `files:<name>`. Required.',
  inbox: 'Folder that received messages appear in; this, `outbox` or both.',
  layout: `${OF_INBOX} \`files\` (payloads beside their sidecar; the default) or \`folder\` (a folder a message).`,
  outbox: 'Folder that is sent from.',
  work: 'Where the gateway keeps what it needs, on the same file system; `.postiljon` in inbox and outbox where not given. Give it where applications are not trusted with the folders of others.',
  message: `${OF_OUTBOX} \`cpaId\`, \`from\`, \`service\`, \`action\`, and where wanted \`to\`, \`fromRole\`, \`toRole\`, \`contentType\`: every document is sent so, without sidecars.`,
  parties: `${OF_OUTBOX} PartyIds or bare OINs that it may send for. Left out: all.`,
  services: `${OF_OUTBOX} services that it may send, as \`type:value\`, or the value alone of one of type \`urn:osb:services\`. Left out: all.`,
  actions: `${OF_OUTBOX} actions that it may send. Left out: all.`,
  sent: `${OF_OUTBOX} folder for what was sent, on its file system; \`sent\` in it where not given.`,
  refused: `${OF_OUTBOX} folder for what cannot be sent, on its file system; \`refused\` in it where not given.`,
  quietSeconds: `${OF_OUTBOX} how long a file must stay as it is before it counts as whole; 5.`,
  pollSeconds: `${OF_OUTBOX} longest time between two looks; 10.`,
  keepDays: `${OF_OUTBOX} how long what was sent is kept; 30; 0: for ever.`,
  limits: `${OF_OUTBOX} \`sidecar\` (1 MiB), \`message\` (all payloads together; 2 GiB) and \`parts\` (100).`,
};

const WEBHOOK: Meanings<keyof WebhookSettings> = {
  name: 'Its destination is `webhook:<name>`. Required.',
  url: 'Where is posted to: https://. Required.',
  secretFile: 'File with the secret that is signed with; this or `secret`.',
  secret: 'The secret itself: 32 characters at least, or `whsec_` and base64 of 24 octets at least.',
  events: 'List of event types (docs/states.md) that are posted beside messages, or `*`; none where not given.',
  mode: '`structured`, the default: one JSON object, all of it signed; `binary`: the document is the body, and what is said of it stands in headers, which are not signed.',
  inlineLimit: 'A larger document is named by `dataref`; 1 MiB.',
  timeoutSeconds: 'How long an answer may take; 30.',
  deadAfterHours: 'After that an event that fails becomes a dead letter; 72.',
  handshake: 'The receiver must allow it first, by OPTIONS; true.',
  origin: 'The name that it is asked for; that of this machine where not given.',
  networks: 'Hosts, addresses and networks of the own network that may be asked.',
  allowPlain: 'http:// beyond this machine; false.',
  ca: 'File: CAs beside the known ones.',
};

const PROVIDER = 'Provider:';
const CONSUMER = 'Consumer:';
const SERVICE: Meanings<keyof ProviderSettings | keyof ConsumerSettings> = {
  name: 'Last part of its path, and its name in the API. Required.',
  role: '`provider`: partners call us; `consumer`: we call a partner. Required.',
  wsdl: 'Path of the WSDL. Required.',
  profile: '`2W-be`, `2W-be-S` or `2W-be-SE`. Required.',
  mtom: 'Binary content travels as attachments; with `2W-be-SE` it is base64 in the encrypted Body, within `wus.limits.envelope`; false.',
  logContent: 'Consultations keep the bodies; false.',
  party:
    'OIN of `parties` in whose name it is called, or that alone it serves; by default the first calls, and all are served.',
  partners: `${PROVIDER} OINs that may call. Required.`,
  backend: `${PROVIDER} who answers, a map. \`url\`, or \`destination\`: \`webhook:<name>\` (an entry of \`adapters.webhooks\`) or \`amqp\`. \`format\`: what is posted, \`soap\` (an envelope with the body alone; the default), \`xml\` (the body itself) or \`json\` (made of it): only JSON is held against the schema, of the others the root element alone. \`timeoutSeconds\` (30). \`faults\`: which SOAP faults partners get as they are, \`declared\` (those whose detail the WSDL declares; the default) or \`all\`. Required.`,
  addresses: `${PROVIDER} the values of wsa:To that are taken, with or without \`?OIN=\`; without it every https:// URL whose path ends in \`/<name>\`, and http:// where the endpoint is plain.`,
  partner: `${CONSUMER} OIN of who answers. Required.`,
  endpoint: `${CONSUMER} https:// URL; http:// on this machine is for a proxy that does TLS and looks at the certificate of the partner: without it nothing says who answers under \`2W-be\`. Required.`,
  to: `${CONSUMER} wsa:To, where it is not the endpoint.`,
  encryptFor: `${CONSUMER} certificate file of the partner, with \`2W-be-SE\`.`,
  timeoutSeconds: `${CONSUMER} how long an answer may take; 30.`,
  idempotent: `${CONSUMER} asking twice does no harm: what a queue hands out again is asked again; false.`,
};

/** The settings that are lists or maps of entries, and what stands in an entry. docs/configuration.md prints a table of each. */
export const ENTRY_FIELDS: Readonly<Partial<Record<Key, Meanings<string>>>> = {
  'api.applications': APPLICATION,
  partners: PARTNER,
  routes: ROUTE,
  'adapters.amqp.senders': SENDER,
  'adapters.filesystem.folders': FOLDER,
  'adapters.webhooks': WEBHOOK,
  'wus.services': SERVICE,
};
