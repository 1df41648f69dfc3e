import * as fc from 'fast-check';
import { isAddressable } from '../../../src/ebms/element-values.ts';
import type { EbmsMessage, ErrorList } from '../../../src/ebms/message.ts';
import { ACTOR_NEXT_MSH, MSH_SERVICE } from '../../../src/ebms/namespaces.ts';

/** Characters that markup, C14N and UTF-8 treat each in their own way. */
const character = fc.constantFrom('a', 'Z', '0', '-', '.', '&', '<', '>', '"', "'", ']', 'é', '€', '😀');
const token = (maxLength: number) => fc.string({ unit: character, minLength: 1, maxLength });
const id = token(40).filter(isAddressable);
const phrase = fc.tuple(token(8), token(8)).map(([a, b]) => `${a} ${b}`);
const text = fc.oneof(token(20), phrase);
const uri = fc
  .array(fc.constantFrom('a', 'Z', '0', '-', '.', '&', "'", '/', '%20', '@'), { minLength: 1, maxLength: 15 })
  .map((parts) => `urn:x:${parts.join('')}`);
const free = fc.string({
  unit: fc.oneof(character, fc.constantFrom(' ', '\n', '\t', '\r')),
  minLength: 1,
  maxLength: 30,
});
const typed = fc.oneof(fc.record({ value: text }), fc.record({ type: text, value: text }));
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const partyIds = fc.array(typed, { minLength: 1, maxLength: 3 });
const party = fc.record({ partyIds, role: optional(text) });
const dateTime = fc.constantFrom('2026-11-22T12:00:00Z', '2026-11-22T13:00:00.123+01:00');
const version = fc.constantFrom('2.0', '1.0');
const actor = optional(fc.constantFrom('urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH', 'urn:a:b'));

const header = (service: fc.Arbitrary<{ type?: string; value: string }>, action: fc.Arbitrary<string>) =>
  fc.record({
    version,
    from: party,
    to: party,
    cpaId: text,
    conversationId: text,
    service,
    action,
    messageData: fc.record({
      messageId: id,
      timestamp: dateTime,
      refToMessageId: optional(id),
      timeToLive: optional(dateTime),
    }),
    duplicateElimination: fc.boolean(),
    descriptions: fc.array(free, { maxLength: 2 }),
  });

const common = (service: fc.Arbitrary<{ type?: string; value: string }>, action: fc.Arbitrary<string>) =>
  fc.record({
    header: header(service, action),
    syncReply: optional(
      fc.record({ version, actor: fc.constantFrom('http://schemas.xmlsoap.org/soap/actor/next', 'x') }),
    ),
    messageOrder: optional(
      fc.record({
        version,
        sequenceNumber: fc.integer({ min: 0, max: 99_999_999 }).map(String),
        status: fc.constantFrom('Reset', 'Continue'),
      }),
    ),
  });
const signal = (action: string) => common(fc.constant({ value: MSH_SERVICE }), fc.constant(action));

const errorList = (severity: 'Error' | 'Warning'): fc.Arbitrary<ErrorList> =>
  fc.record({
    version,
    highestSeverity: fc.constant(severity),
    errors: fc.array(
      fc.record({
        codeContext: optional(uri),
        errorCode: text,
        severity: fc.constant(severity),
        location: optional(text),
        description: optional(free),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  });

const application = fc
  .tuple(
    common(typed, text),
    fc.record({
      ackRequested: optional(fc.record({ version, actor, signed: fc.boolean() })),
      nextMshAckRequested: fc.boolean(),
      manifest: optional(
        fc.record({
          version,
          references: fc.array(fc.record({ href: uri, role: optional(uri) }), { minLength: 1, maxLength: 3 }),
        }),
      ),
    }),
    optional(errorList('Warning')),
  )
  .map(([first, rest, warnings]): EbmsMessage => {
    const message = { ...first, kind: 'ApplicationMessage' as const, ...rest };
    return warnings === undefined ? message : { ...message, warnings };
  });

const acknowledgment = fc
  .tuple(
    signal('Acknowledgment'),
    fc.record({
      version,
      actor: fc.oneof(actor, fc.constant(ACTOR_NEXT_MSH)),
      timestamp: dateTime,
      refToMessageId: id,
      from: fc.array(typed, { maxLength: 2 }),
      references: fc.array(
        fc.record({ uri: fc.oneof(fc.constant(''), uri), digestAlgorithm: uri, digestValue: fc.constant('YQ==') }),
        { maxLength: 3 },
      ),
    }),
  )
  .map(([first, ack]): EbmsMessage => {
    const messageData = { ...first.header.messageData, refToMessageId: ack.refToMessageId };
    return { ...first, header: { ...first.header, messageData }, kind: 'AcknowledgmentMessage', acknowledgment: ack };
  });

/** Any message that this gateway could write. */
export const anyMessage: fc.Arbitrary<EbmsMessage> = fc.oneof(
  application,
  acknowledgment,
  fc
    .tuple(signal('MessageError'), errorList('Error'))
    .map(([first, list]): EbmsMessage => ({ ...first, kind: 'ErrorMessage', errorList: list })),
  signal('Ping').map((first): EbmsMessage => ({ ...first, kind: 'PingMessage' })),
  signal('Pong').map((first): EbmsMessage => ({ ...first, kind: 'PongMessage' })),
  fc
    .tuple(signal('StatusRequest'), id)
    .map(([first, refToMessageId]): EbmsMessage => ({ ...first, kind: 'StatusRequestMessage', refToMessageId })),
  fc
    .tuple(
      signal('StatusResponse'),
      fc.record({
        refToMessageId: id,
        messageStatus: fc.constantFrom('Received', 'Processed', 'NotRecognized', 'UnAuthorized', 'Forwarded'),
        timestamp: optional(dateTime),
      }),
    )
    .map(([first, status]): EbmsMessage => ({ ...first, kind: 'StatusResponseMessage', ...status })),
);
