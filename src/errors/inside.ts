import { type ErrorRow, row } from './error-row.ts';

/** The inside world: API, commands, configuration and store. */
export const INSIDE_ERRORS = {
  MESSAGE_HELD: row(
    409,
    'The message waits for earlier ones of its conversation.',
    'Take it once its event `message.received` is there.',
    { spec: 'ebMS2 §9.1.1' },
  ),
  MESSAGE_ROUTED: row(
    409,
    'The message goes to another destination than the inbox.',
    'Leave it to its destination, which `destination` of the message names; `postiljon route explain` says why it goes there.',
  ),
  NOT_WAITING: row(
    409,
    'The message waits for no destination.',
    'Look at its state: what is in the inbox is taken there, and what was handed over is not handed over again.',
  ),
  HANDOVER_FAILED: row(
    502,
    'A destination did not confirm a message.',
    'Look at the queue, folder or address named; the gateway tries again by itself, and the message is not lost.',
    { retriable: true },
  ),
  EGRESS_REFUSED: row(
    502,
    'The address is not one that this gateway may ask.',
    'Use https:// and an address of the Internet, or name the host or network in `networks` of the adapter.',
  ),
  HANDOVER_REFUSED: row(
    502,
    'A destination refuses a message for good.',
    'Mend the destination, then hand it over again with `postiljon message hand-over ID`; the message is not lost.',
  ),
  MESSAGE_AMBIGUOUS: row(
    409,
    'Several senders used this MessageId.',
    'Name the sender too: `from` in the API, `--from` on the command line.',
  ),
  TRANSLATION_TOO_LARGE: row(
    413,
    'The content is larger than what is translated between XML and JSON.',
    'Raise `ebms.limits.translated`, or let the route leave it as it is; what was received can be fetched with `form=original`.',
  ),
  NOT_FOUND: row(404, 'There is no such thing.', 'Check the id.'),
  REQUEST_INVALID: row(400, 'The request is not valid.', 'Mend the fields named.'),
  REQUEST_TIMEOUT: row(408, 'The request did not come in in time.', 'Send it again, without pauses.'),
  METHOD_NOT_ALLOWED: row(405, 'This method is not served here.', 'Use a method that the header Allow names.'),
  MEDIA_TYPE_UNSUPPORTED: row(
    415,
    'The Content-Type or Content-Encoding is not one that is read here.',
    'Send one of the media types that the OpenAPI document names, not compressed.',
  ),
  ORIGIN_REFUSED: row(
    403,
    'The request comes from a web page, or was sent to another host name.',
    'Call the API from a program, by its IP address, or by the host name that `api.host` or `api.names` gives.',
  ),
  UNAUTHENTICATED: row(
    401,
    'The gateway does not know who calls.',
    'Send an API key or a token as `Authorization: Bearer …` (command line: `--api-key FILE` or POSTILJON_API_KEY), or a client certificate of an application in `api.applications`.',
  ),
  NOT_ALLOWED: row(
    403,
    'The application may not do this.',
    'Ask who manages the rights of applications (`api.applications`, or those of its queue or folder) for the role, party, service or action.',
  ),
  TOO_MANY_FAILURES: row(
    429,
    'Too many requests from this address failed to say who calls.',
    'Mend the key, token or certificate, and wait a minute.',
  ),
  TOO_MANY_JOBS: row(
    429,
    'The application has as many jobs running as one may have.',
    'Wait until one has ended, or stop one; others have the rest of the places.',
  ),
  JOB_FORGOTTEN: row(
    410,
    'The job is of before the gateway was started.',
    'What it did stays done: search the messages to see it. Ask for the rest by the same job again, with the same Idempotency-Key: what was done is passed over.',
  ),
  IDENTITY_PROVIDER_UNREACHABLE: row(
    503,
    'The keys of the OpenID provider cannot be fetched.',
    'Check `api.oidc.issuer` and the way to it; the request may be repeated.',
    { retriable: true },
  ),
  OPTION_INVALID: row(
    400,
    'An option of the command has a value that is none.',
    'Mend the option named; `--help` of the command shows an example.',
  ),
  FILE_MISSING: row(404, 'A file or folder cannot be read.', 'Check its path, and that this user may read it.'),
  FILE_UNWRITABLE: row(500, 'A file cannot be written.', 'Mend what is named, or write somewhere else.'),
  PARTY_FILE_INVALID: row(
    400,
    'A party file cannot be used.',
    'Mend the key named; `postiljon init --test-pki` writes one to look at.',
  ),
  DOWNLOAD_DAMAGED: row(
    502,
    'What came is not what the gateway said it would be.',
    'Repeat the command; where it stays so, `postiljon audit` says whether the stored payload is whole.',
  ),
  PORT_TAKEN: row(
    409,
    'The port is taken by another program.',
    'Stop that program (another gateway? `ss -ltnp` or `lsof -i` names it), or give this gateway another port.',
  ),
  FILE_EXISTS: row(409, 'There is already a file here.', 'Choose another folder: nothing is overwritten.'),
  BROKER_TOPOLOGY: row(
    500,
    'What stands at the broker is not what the adapter needs.',
    'Where it has other properties, remove it when it is empty, or give the adapter another name for it; where it is not there, declare it (docs/amqp.md).',
  ),
  REDELIVERED_TOO_OFTEN: row(
    422,
    'The broker handed the message out too often, and it never came to an end.',
    'Look in the log for why the gateway failed or lost the broker; then publish the message again.',
  ),
  REPLY_UNDELIVERABLE: row(
    502,
    'The queue that was named for the answer does not take it.',
    'Declare the queue that `replyTo` names, make room in it, or permit the gateway to write there (`amq.default`), and move this message there.',
  ),
  ANSWER_UNEXPECTED: row(
    409,
    'Nothing waits for this answer, or nothing does any more.',
    'Answer each request once, with its correlation_id, before it expires: whoever asked was told that there was no answer.',
  ),
  GATEWAY_UNREACHABLE: row(
    503,
    'The gateway does not answer.',
    'Start it with `postiljon start -c FILE`, or name its API with --api URL.',
    { retriable: true },
  ),
  CONFIG_MISSING: row(
    500,
    'The configuration file cannot be read.',
    'Make one with `postiljon init`, or name yours with -c FILE.',
  ),
  CONFIG_INVALID: row(500, 'The configuration is not valid.', 'Mend the key named; docs/configuration.md lists all.'),
  STORE_MISSING: row(
    404,
    'There is no store of this gateway yet.',
    'Name with -c the configuration of the gateway that is meant; one that has never run has nothing to look at: `postiljon start` makes its store.',
  ),
  STORE_UNAVAILABLE: row(503, 'The store cannot be used now.', 'Check disk and store; the request may be repeated.', {
    wus: '0051',
    soap: 'Server',
    retriable: true,
  }),
  BUSY: row(503, 'The gateway is busy or stopping.', 'Repeat the request later.', {
    wus: '0051',
    soap: 'Server',
    retriable: true,
  }),
  INTERNAL: row(500, 'Something went wrong inside.', 'Look in the log for the reference named, and report it.', {
    ebms: 'Unknown',
    wus: '0051',
    soap: 'Server',
  }),
} as const satisfies Record<string, ErrorRow>;
