import assert from 'node:assert/strict';
import { type EbmsErrorCode, type ErrorCode, ERRORS, type ErrorRow } from '../../../src/errors.ts';
import type { EbmsError } from '../../../src/ebms/message.ts';
import { contract, RETRY_INTERVAL } from '../../setup/msh-contracts.ts';
import { bare, messageIn, questionMarkup } from '../../setup/msh-exchanges.ts';
import { untilAttempts, untilEvents, untilState } from '../../setup/msh-pair.ts';
import {
  draft,
  markupOf,
  pack,
  type Receiving,
  requireAccepted,
  requireRefused,
  sealDraft,
  SECURITY,
  signMarkup,
  withReceiver,
} from '../../setup/msh-partner.ts';
import { errorFor, receiptFor, withSender } from '../../setup/msh-receipts.ts';

const AT = '//Header/MessageHeader';
const NEXT_MSH = 'urn:oasis:names:tc:ebxml-msg:actor:nextMSH';
const MSH_SERVICE = 'urn:oasis:names:tc:ebxml-msg:service';

interface Provoked {
  readonly what: string;
  readonly change: (markup: string) => string;
  readonly code: ErrorCode;
  readonly location: string;
}

const ackForNext = `<eb:AckRequested eb:signed="false" eb:version="2.0" soap:actor="${NEXT_MSH}" soap:mustUnderstand="1"/>`;
const acknowledgment =
  '<eb:Acknowledgment eb:version="2.0" soap:mustUnderstand="1"><eb:Timestamp>2026-11-22T12:00:00Z</eb:Timestamp>' +
  '<eb:RefToMessageId>a@dienst.test</eb:RefToMessageId></eb:Acknowledgment>';
const inHeader = (block: string) => (markup: string) =>
  markup.replace('</soap:Header>', () => `${block}</soap:Header>`);

/** Each errorCode that a receiver gives, and messages that provoke it. */
const CODES: Readonly<Partial<Record<EbmsErrorCode, readonly Provoked[]>>> = {
  ValueNotRecognized: [
    {
      what: 'an Action that is not agreed',
      change: (markup) => markup.replace('>melden<', '>anders<'),
      code: 'ACTION_NOT_AGREED',
      location: `${AT}/Action`,
    },
  ],
  NotSupported: [
    {
      what: 'a receipt bundled with a business message',
      change: inHeader(acknowledgment),
      code: 'FEATURE_UNSUPPORTED',
      location: '//Header/Acknowledgment',
    },
    {
      what: 'a block of ebMS that must be understood and that nobody knows',
      change: inHeader('<eb:Via soap:mustUnderstand="1" eb:version="2.0"/>'),
      code: 'FEATURE_UNSUPPORTED',
      location: '//Header',
    },
    {
      what: 'content in the Body that nobody would be handed',
      change: (markup) => markup.replace('</soap:Body>', '<x:x xmlns:x="urn:x"/></soap:Body>'),
      code: 'FEATURE_UNSUPPORTED',
      location: '//Body',
    },
    {
      what: 'an Action that the service of MSHs does not have',
      change: (markup) =>
        markup
          .replace(/<eb:Service .*?<\/eb:Service>/, `<eb:Service>${MSH_SERVICE}</eb:Service>`)
          .replace('>melden<', '>Dance<'),
      code: 'FEATURE_UNSUPPORTED',
      location: `${AT}/Action`,
    },
    {
      what: 'an AckRequested for the next MSH alone',
      change: (markup) => markup.replace(/<eb:AckRequested .*?<\/eb:AckRequested>/, ackForNext),
      code: 'FEATURE_UNSUPPORTED',
      location: '//Header/AckRequested/@actor',
    },
  ],
  Inconsistent: [
    {
      what: 'another version',
      change: (markup) =>
        markup.replace('<eb:MessageHeader soap:mustUnderstand="1" eb:version="2.0"', (all) =>
          all.replace('2.0', '1.0'),
        ),
      code: 'HEADER_VALUE',
      location: `${AT}/@version`,
    },
    {
      what: 'a header that the CPA does not have',
      change: (markup) => markup.replace(/<eb:DuplicateElimination><\/eb:DuplicateElimination>/, ''),
      code: 'HEADER_NOT_AGREED',
      location: `${AT}/DuplicateElimination`,
    },
  ],
  OtherXml: [
    {
      what: 'a Timestamp that is no time',
      change: (markup) => markup.replace(/<eb:Timestamp>[^<]*/, '<eb:Timestamp>22-11-2026'),
      code: 'HEADER_TIME',
      location: `${AT}/MessageData/Timestamp`,
    },
    {
      what: 'a TimeToLive that is no time',
      change: (markup) => markup.replace(/<eb:TimeToLive>[^<]*/, '<eb:TimeToLive>tomorrow'),
      code: 'HEADER_TIME',
      location: `${AT}/MessageData/TimeToLive`,
    },
  ],
  TimeToLiveExpired: [
    {
      what: 'a TimeToLive that has passed',
      change: (markup) => markup.replace(/<eb:TimeToLive>[^<]*/, '<eb:TimeToLive>2026-01-01T00:00:00Z'),
      code: 'MESSAGE_EXPIRED',
      location: `${AT}/MessageData/TimeToLive`,
    },
  ],
  MimeProblem: [
    {
      what: 'a part that is not there',
      change: (markup) => markup.replace(/cid:[^"]*/, 'cid:nowhere@gemeente.test'),
      code: 'PAYLOAD_MISSING',
      location: 'cid:nowhere@gemeente.test',
    },
  ],
};

describe('errorCodes of a receiver', () => {
  for (const [errorCode, provoked] of Object.entries(CODES)) {
    for (const sync of [true, false]) {
      for (const { what, change, code, location } of provoked) {
        it(`§4.2.3.4 ${errorCode}: ${what}${sync ? '' : ', told by a request of its own'}`, () =>
          withReceiver({ profile: 'osb-rm', sync }, async (at) => {
            const one = draft(at);
            const markup = change(markupOf(one));
            assert.notEqual(markup, markupOf(one));
            await requireRefused(at, pack(markup, one.parts), { code, error: [errorCode, location] });
            const honest = draft(at);
            await requireAccepted(at, pack(markupOf(honest), honest.parts));
          }));
      }
    }
  }

  it('§4.2.3.4 SecurityFailure: a signature that is not right', () =>
    withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
      const one = draft(at);
      const envelope = (await sealDraft(one, at.agreement)).toString().replace('conversation-1', 'conversation-2');
      await requireRefused(at, pack(envelope, one.parts), { code: 'SIGNATURE_INVALID', error: SECURITY });
    }));

  it('§4.2.3.4 every errorCode that a row has is provoked here, but DeliveryFailure and Unknown, which no partner is sent', () => {
    const rows: readonly ErrorRow[] = Object.values(ERRORS);
    const given = new Set(rows.flatMap(({ ebms }) => ebms ?? []));
    const provoked = [...Object.keys(CODES), 'SecurityFailure', 'DeliveryFailure', 'Unknown'];
    assert.deepEqual([...given].sort(), provoked.sort());
  });

  it('[ebMS2 §4.2.4.1-1] [ebMS2 §4.2.4.3-1] the error goes to who sent the message, alone, as a MessageError of the MSH', () =>
    withReceiver({ profile: 'osb-rm', sync: true }, async (at) => {
      const one = draft(at);
      const answer = await at.here.post(pack(markupOf(one).replace('>melden<', '>anders<'), one.parts));
      const { kind, header } = messageIn(answer);
      assert.equal(kind, 'ErrorMessage');
      assert.deepEqual([header.service, header.action], [{ value: MSH_SERVICE }, 'MessageError']);
      assert.deepEqual(
        [header.from.partyIds, header.to.partyIds, header.messageData.refToMessageId],
        [at.agreement.to.partyIds, at.agreement.from.partyIds, one.message.header.messageData.messageId],
      );
      assert.doesNotMatch(answer.body.toString(), /<eb:(Manifest|AckRequested|Acknowledgment)[ >]/);
    }));

  it('[KVS §10-1] no receipt is asked of the next MSH, and none of it is given', () =>
    withSender({ profile: 'osb-rm-s' }, async (at) => {
      const messageId = await at.send();
      const markup = (await at.sent(messageId)).toString();
      assert.deepEqual(
        [...markup.matchAll(/<eb:AckRequested [^>]*soap:actor="([^"]*)"/g)].map(([, actor]) => actor),
        [TO_PARTY],
      );
    }));

  it('[KVS §10-1] a CPA that wants receipts of the next MSH: nothing is sent under it', () => {
    const made = Buffer.from(contract({ profile: 'osb-rm-s' })).toString();
    const cpa = Buffer.from(made.replaceAll(`actor="${TO_PARTY}"`, `actor="${NEXT_MSH}"`));
    return withSender(
      { profile: 'osb-rm-s' },
      (at) => assert.rejects(at.send(), { code: 'FEATURE_UNSUPPORTED', location: 'cpaId' }),
      { cpas: [cpa] },
    );
  });

  it('§10.1 an AckRequested for the next MSH beside that for us is ignored [ebMS2 §10.1-2, ebMS2 §2.3.10-1]', () =>
    withReceiver({ profile: 'osb-rm', sync: true }, async (at) => {
      const one = draft(at);
      const answer = await requireAccepted(at, pack(inHeader(ackForNext)(markupOf(one)), one.parts));
      const message = messageIn(answer);
      assert.equal(message.kind === 'AcknowledgmentMessage' && message.acknowledgment.actor, TO_PARTY);
    }));

  it('§2.3.6 §3.1.8 elements and attributes of others, and Descriptions in any language: accepted, and kept as they came [ebMS2 §2.3.6-2, ebMS2 §3.1.8-1, KVS §3.1.8-1, KVS §2.3.6-1]', () =>
    withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
      const one = draft(at);
      const markup = markupOf(one)
        .replace(
          '</eb:MessageHeader>',
          '<eb:Description xml:lang="nl">Één</eb:Description><x:y xmlns:x="urn:x"/></eb:MessageHeader>',
        )
        .replace('</eb:Manifest>', '<x:y xmlns:x="urn:x" z="1">w</x:y></eb:Manifest>')
        .replace('<eb:From>', '<eb:From xmlns:x="urn:x" x:a="b">');
      const envelope = await signMarkup(markup, one.parts, at);
      await requireAccepted(at, pack(envelope, one.parts));
      const found = await at.here.gateway.messages.find(one.message.header.messageData.messageId);
      assert.deepEqual(Buffer.from(found.envelope), envelope);
    }));
});

describe('what answers something is never answered with an error', () => {
  const signals = { Acknowledgment: acknowledgment, MessageError: '', Pong: '', StatusResponse: '' };
  for (const [action, block] of Object.entries(signals)) {
    for (const sync of [true, false]) {
      it(`A66 a ${action} that cannot be read or used${sync ? ', synchronous' : ''}: no message back [ebMS2 §4.2.4.1-2, ebMS2 §6.3.2.8-1]`, () =>
        withReceiver({ profile: 'osb-rm', sync }, async (at) => {
          const ping = questionMarkup(at, { header: () => ({ action }), syncReply: sync });
          const unreadable = inHeader(`${block}<eb:Via soap:mustUnderstand="1" eb:version="2.0"/>`)(ping);
          for (const envelope of [inHeader(block)(ping), unreadable, ping.replaceAll('"2.0"', '"1.0"')]) {
            const { status, body } = await at.here.post(bare(envelope));
            assert.ok(status === 204 || status === 500, `HTTP ${status}`);
            assert.doesNotMatch(body.toString(), /ErrorList/);
          }
          assert.equal((await at.here.gateway.stats()).outboxDue, 0);
          assert.equal(at.partner.requests.length, 0);
        }));
    }
  }
});

const both: readonly EbmsError[] = [
  { codeContext: undefined, errorCode: 'Unknown', severity: 'Warning', location: undefined, description: 'first' },
  {
    codeContext: undefined,
    errorCode: 'DeliveryFailure',
    severity: 'Error',
    location: '//Body',
    description: 'second',
  },
];

describe('what the application hears of a delivery that fails', () => {
  it('§6.5.7 transmitted and never acknowledged: DeliveryFailure as a Warning [ebMS2 §6.5.7-1, ebMS2 §6.5.7-2, ebMS2 §6.5.4-3]', () =>
    withSender({ profile: 'osb-rm-s', retries: 1 }, async (at) => {
      const messageId = await at.send();
      await untilAttempts(at.here, messageId, 1);
      at.clock.advance(RETRY_INTERVAL);
      await untilAttempts(at.here, messageId, 2);
      at.clock.advance(RETRY_INTERVAL);
      await untilState(at.here, messageId, 'EXPIRED');
      assert.deepEqual(await endOf(at.here, 'message.expired'), ['RETRIES_EXHAUSTED', 'DeliveryFailure', 'Warning']);
    }));

  it('§6.5.7 never transmitted: DeliveryFailure as an Error [ebMS2 §6.5.7-1, ebMS2 §6.5.7-2]', () =>
    withSender(
      { profile: 'osb-rm-s', retries: 0 },
      async (at) => {
        const messageId = await at.send();
        await untilAttempts(at.here, messageId, 1);
        at.clock.advance(RETRY_INTERVAL);
        await untilState(at.here, messageId, 'EXPIRED');
        assert.deepEqual(await endOf(at.here, 'message.expired'), ['RETRIES_EXHAUSTED', 'DeliveryFailure', 'Error']);
      },
      { answerTo: () => ({ status: 503 }) },
    ));

  it('§4.2.3 every Error of a list is told, the gravest first', () =>
    withSender({ profile: 'osb-rm' }, async (at) => {
      const messageId = await at.send();
      await untilAttempts(at.here, messageId, 1);
      await at.post(errorFor(await at.sent(messageId), { errors: both }));
      assert.equal((await at.here.gateway.messages.find(messageId)).state, 'FAILED');
      assert.deepEqual(await endOf(at.here, 'message.failed'), ['PEER_REFUSED', 'DeliveryFailure', 'Error']);
      const [event] = (await at.here.events()).filter(({ type }) => type === 'message.failed');
      assert.deepEqual(event?.data['errors'], [
        { errorCode: 'Unknown', severity: 'Warning', location: '', description: 'first' },
        { errorCode: 'DeliveryFailure', severity: 'Error', location: '//Body', description: 'second' },
      ]);
    }));

  it('§6.5.7 A84 DeliveryFailure of an intermediary as a Warning: noted, and the receipt still counts [ebMS2 §4.2.3.2.4-1]', () =>
    withSender({ profile: 'osb-rm' }, async (at) => {
      const messageId = await at.send();
      await untilAttempts(at.here, messageId, 1);
      const envelope = await at.sent(messageId);
      const errors = both.map((error): EbmsError => ({ ...error, severity: 'Warning' }));
      await at.post(errorFor(envelope, { severity: 'Warning', errors }));
      assert.equal((await at.here.gateway.messages.find(messageId)).state, 'SENT');
      assert.deepEqual(await endOf(at.here, 'alert.partner-error'), [undefined, 'Unknown', 'Warning']);
      await at.post(await receiptFor(envelope));
      await untilState(at.here, messageId, 'DELIVERED');
    }));

  it('§4.2.4.1 a Warning that rides on a business message is noted once, and the message accepted [ebMS2 §4.2.3.2.4-1]', () =>
    withReceiver({ profile: 'osb-rm', sync: true }, async (at) => {
      const one = draft(at);
      const warnings = { version: '2.0', highestSeverity: 'Warning', errors: both.slice(0, 1) } as const;
      const message = { ...one.message, warnings };
      const request = pack(markupOf({ ...one, message }), one.parts);
      await requireAccepted(at, request);
      await untilEvents(at.here, 'alert.partner-error', 1);
      await at.here.post(request);
      assert.deepEqual(await endOf(at.here, 'alert.partner-error'), [undefined, 'Unknown', 'Warning']);
    }));
});

const TO_PARTY = 'urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH';

/** code, errorCode and severity of the one event of this type. */
async function endOf(here: Receiving['here'], type: string): Promise<readonly unknown[]> {
  const events = (await here.events()).filter((event) => event.type === type);
  assert.equal(events.length, 1);
  const data = events[0]?.data ?? {};
  return [data['code'], data['errorCode'], data['severity']];
}
