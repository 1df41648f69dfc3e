import assert from 'node:assert/strict';
import type { MessageHeader } from '../../src/ebms/message.ts';
import type { MessageDetail } from '../../src/ports/store.ts';
import { type ContractTerms, contract, RETRY_INTERVAL } from '../setup/msh-contracts.ts';
import { untilAttempts, untilEvents, untilState } from '../setup/msh-pair.ts';
import { errorFor, receiptFor, type SignalChanges, type Sending, withSender } from '../setup/msh-receipts.ts';
import type { PartnerAnswer } from '../setup/recording-partner.ts';

/** Hermes answers with headers that a request would have. */
const XML = {
  'content-type': 'text/xml;charset=UTF-8',
  accept: 'text/xml, text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
  soapaction: '"ebXML"',
};
const HTML = Buffer.from('<!doctype html><html lang="en"><head><title>HTTP Status 500</title></head></html>');
const SYNC = { profile: 'osb-rm-s', sync: true } as const;
const ASYNC = { profile: 'osb-rm-s' } as const;
/** The message is signed, its receipt is not. */
const RECEIPT_UNSIGNED = Buffer.from(
  Buffer.from(contract(SYNC)).toString().replaceAll('ackSignatureRequested="always"', 'ackSignatureRequested="never"'),
);

type Answer = (envelope: Buffer, number: number) => PartnerAnswer | Promise<PartnerAnswer>;

describe('habits of Hermes in its answers', () => {
  it('§6.5.4 a receipt in a 200 with the headers of a request', () =>
    sending(SYNC, receipt(), (at, messageId) => untilState(at.here, messageId, 'DELIVERED')));

  it('§6.5.4 an empty 204 with a Content-Type that is none: transmitted', () =>
    sending(
      ASYNC,
      () => ({ status: 204, headers: { 'content-type': 'text/html;UTF-8' } }),
      async ({ here }, messageId) => {
        const { attemptLog } = await untilState(here, messageId, 'SENT');
        assert.deepEqual([attemptLog[0]?.status, attemptLog[0]?.code], [204, undefined]);
      },
    ));

  it('§6.5.4 HTML in a 500: the next attempt follows', () =>
    sending(
      SYNC,
      async (envelope, number) =>
        number === 1
          ? { status: 500, headers: { 'content-type': 'text/html;charset=utf-8' }, body: HTML }
          : { status: 200, headers: XML, body: await receiptFor(envelope) },
      async ({ here, clock }, messageId) => {
        const { state, attemptLog } = await untilAttempts(here, messageId, 1);
        assert.deepEqual([state, attemptLog[0]?.status, attemptLog[0]?.code], ['QUEUED', 500, 'PEER_ANSWER']);
        clock.advance(RETRY_INTERVAL);
        await untilState(here, messageId, 'DELIVERED');
      },
    ));

  it('§4.2.3 a MessageError in the 200 to an asynchronous message ends what is unsigned', () =>
    sending(
      { profile: 'osb-rm' },
      (envelope) => ({ status: 200, headers: XML, body: errorFor(envelope) }),
      async ({ here }, messageId) => {
        await untilState(here, messageId, 'FAILED');
        const failed = (await here.events()).find(({ type }) => type === 'message.failed');
        assert.deepEqual([failed?.data['code'], failed?.data['errorCode']], ['PEER_REFUSED', 'Inconsistent']);
      },
    ));

  it('§4.2.3 the same to a signed one: an alert, and the schedule goes on', () =>
    sending(
      ASYNC,
      (envelope) => ({ status: 200, headers: XML, body: errorFor(envelope) }),
      async ({ here, clock, partner }, messageId) => {
        await untilEvents(here, 'alert.partner-error', 1);
        await untilState(here, messageId, 'SENT');
        clock.advance(RETRY_INTERVAL);
        await partner.request(2);
      },
    ));

  it('§6.3.2.5 References in a receipt that nobody asked to sign', () =>
    sending(SYNC, receipt({ references: undefined }), (at, messageId) => untilState(at.here, messageId, 'DELIVERED'), [
      RECEIPT_UNSIGNED,
    ]));

  it('§6.3.2.5 the same, of other content: refused, with an alert', () =>
    sending(
      SYNC,
      receipt({ references: (markup) => markup.replace(/DigestValue>.{4}/, 'DigestValue>AAAA') }),
      async ({ here }, messageId) => {
        await untilEvents(here, 'alert.signal-refused', 1);
        await untilState(here, messageId, 'SENT');
      },
      [RECEIPT_UNSIGNED],
    ));

  it('§6.4.1 DuplicateElimination in a receipt', () =>
    sending(SYNC, receipt({ header: (header) => ({ ...header, duplicateElimination: true }) }), (at, messageId) =>
      untilState(at.here, messageId, 'DELIVERED'),
    ));

  it('§6.3.2.5 a filter copied into a receipt, with a prefix that is not bound there: compared, never evaluated', () =>
    sending(SYNC, receipt({ references: (markup) => unbound(markup) }), (at, messageId) =>
      untilState(at.here, messageId, 'DELIVERED'),
    ));

  it('§6.3.2 a receipt by a request of its own, with an offset in its times', () =>
    sending(ASYNC, undefined, async ({ here, post, sent }, messageId) => {
      await untilState(here, messageId, 'SENT');
      assert.equal((await post(await receiptFor(await sent(messageId), { header: withOffset }))).status, 204);
      await untilState(here, messageId, 'DELIVERED');
    }));
});

/** Sends one message with two parts, and looks at what becomes of it. */
function sending(
  terms: ContractTerms,
  answerTo: Answer | undefined,
  use: (at: Sending, messageId: string) => Promise<MessageDetail | undefined | void>,
  cpas?: readonly Uint8Array[],
): Promise<void> {
  return withSender(
    terms,
    async (at) => {
      await use(at, await at.send([Buffer.from('<a/>'), Buffer.from('b\r\n')]));
    },
    { ...(answerTo === undefined ? {} : { answerTo }), ...(cpas === undefined ? {} : { cpas }) },
  );
}

/** The receipt in the answer; with `references` those of the message, changed or as they are, also where nobody asked. */
function receipt(
  changes: { readonly references?: ((markup: string) => string) | undefined } & Pick<SignalChanges, 'header'> = {},
): Answer {
  return async (envelope) => {
    const copied = (envelope.toString().match(/<ds:Reference .*?<\/ds:Reference>/gs) ?? []).join('');
    assert.equal(copied.split('<ds:Reference ').length, 4);
    const { references, ...others } = changes;
    const given = 'references' in changes ? { references: () => references?.(copied) ?? copied } : {};
    return { status: 200, headers: XML, body: await receiptFor(envelope, { ...others, ...given }) };
  };
}

function withOffset(header: MessageHeader): MessageHeader {
  const { timestamp } = header.messageData;
  return { ...header, messageData: { ...header.messageData, timestamp: timestamp.replace('Z', '+00:00') } };
}

function unbound(markup: string): string {
  const changed = markup.replaceAll('@soap:actor', '@SOAP-ENV:actor');
  assert.notEqual(changed, markup);
  return changed;
}
