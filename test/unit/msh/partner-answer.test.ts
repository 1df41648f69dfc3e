import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/errors.ts';
import type { OutboundState } from '../../../src/ports/store.ts';
import { RETRY_INTERVAL } from '../../setup/msh-contracts.ts';
import { untilAttempts, untilEvents, untilState } from '../../setup/msh-pair.ts';
import { errorFor, receiptFor, withSender } from '../../setup/msh-receipts.ts';
import type { PartnerAnswer } from '../../setup/recording-partner.ts';

const XML = { 'content-type': 'text/xml' };
const HTML = { 'content-type': 'text/html' };
const html = Buffer.from('<!DOCTYPE html><html><body>Welcome</body></html>');

interface Row {
  readonly answer: (envelope: Buffer) => PartnerAnswer | Promise<PartnerAnswer>;
  /** Of a reliable message after one attempt. */
  readonly state: OutboundState;
  readonly bestEffort: OutboundState;
  readonly code?: ErrorCode;
  readonly alerts?: readonly string[];
}

const ROWS: Readonly<Record<string, Row>> = {
  '204': { answer: () => ({ status: 204 }), state: 'SENT', bestEffort: 'DELIVERED' },
  '200 without a body': { answer: () => ({ status: 200 }), state: 'SENT', bestEffort: 'DELIVERED' },
  '202 without a body [ebMS2 §B.2.3-1]': { answer: () => ({ status: 202 }), state: 'SENT', bestEffort: 'DELIVERED' },
  '200 with HTML': {
    answer: () => ({ status: 200, headers: HTML, body: html }),
    state: 'QUEUED',
    bestEffort: 'FAILED',
    code: 'PEER_ANSWER',
  },
  '200 with text': {
    answer: () => ({ status: 200, body: Buffer.from('OK') }),
    state: 'QUEUED',
    bestEffort: 'FAILED',
    code: 'PEER_ANSWER',
  },
  '200 with our own message': {
    answer: (envelope) => ({ status: 200, headers: XML, body: envelope }),
    state: 'QUEUED',
    bestEffort: 'FAILED',
    code: 'PEER_ANSWER',
  },
  '200 with the receipt': {
    answer: async (envelope) => ({ status: 200, headers: XML, body: await receiptFor(envelope) }),
    state: 'DELIVERED',
    bestEffort: 'DELIVERED',
  },
  '200 with a MessageError': {
    code: 'PEER_REFUSED',
    answer: (envelope) => ({ status: 200, headers: XML, body: errorFor(envelope) }),
    state: 'FAILED',
    bestEffort: 'FAILED',
  },
  '408': { answer: () => ({ status: 408 }), state: 'QUEUED', bestEffort: 'FAILED', code: 'PEER_ANSWER' },
  '429': { answer: () => ({ status: 429 }), state: 'QUEUED', bestEffort: 'FAILED', code: 'PEER_ANSWER' },
  '500': { answer: () => ({ status: 500 }), state: 'QUEUED', bestEffort: 'FAILED', code: 'PEER_ANSWER' },
  '503 with Retry-After [KVS §B.2.3-1]': {
    answer: () => ({ status: 503, headers: { 'retry-after': '1' } }),
    state: 'QUEUED',
    bestEffort: 'FAILED',
    code: 'PEER_ANSWER',
  },
  '500 with a receipt in it: a failure is no answer': {
    answer: async (envelope) => ({ status: 500, headers: XML, body: await receiptFor(envelope) }),
    state: 'QUEUED',
    bestEffort: 'FAILED',
    code: 'PEER_ANSWER',
  },
  ...Object.fromEntries(
    [301, 302, 304, 400, 401, 403, 404, 405, 413, 415].map((status): [string, Row] => [
      `${status}, with an alarm [ebMS2 §B.2.3-2, KVS §B.2.3-2]`,
      {
        answer: () => ({ status, headers: { location: '/elsewhere' } }),
        state: 'QUEUED',
        bestEffort: 'FAILED',
        code: 'PEER_ANSWER',
        alerts: ['alert.partner-error'],
      },
    ]),
  ),
};

describe('the answer of a partner', () => {
  for (const [what, { answer, state, bestEffort, code, alerts = [] }] of Object.entries(ROWS)) {
    for (const sync of [false, true]) {
      it(`${what}${sync ? ', synchronous' : ''}: ${state}`, () =>
        withSender(
          { profile: 'osb-rm', sync },
          async ({ here, send, partner, clock }) => {
            const messageId = await send();
            await untilState(here, messageId, state);
            const message = await untilAttempts(here, messageId, 1);
            assert.deepEqual([message.attemptLog[0]?.number, message.attemptLog[0]?.code], [1, code]);
            if (alerts.length > 0) await untilEvents(here, 'alert.partner-error', 1);
            const open = state === 'QUEUED' || state === 'SENT';
            const end = open ? [] : [`message.${state.toLowerCase()}`];
            assert.deepEqual(typesOf(await here.events()), [...end, ...alerts].sort());
            if (!open) return;
            clock.advance(RETRY_INTERVAL);
            await partner.request(2);
          },
          { answerTo: answer },
        ));
    }

    it(`${what}, best effort: ${bestEffort} after one attempt, with its one event`, () =>
      withSender(
        { profile: 'osb-be' },
        async ({ here, send, partner, clock }) => {
          const messageId = await send();
          const message = await untilState(here, messageId, bestEffort);
          assert.equal(message.attemptLog.length, 1);
          if (alerts.length > 0) await untilEvents(here, 'alert.partner-error', 1);
          assert.deepEqual(typesOf(await here.events()), [`message.${bestEffort.toLowerCase()}`, ...alerts].sort());
          clock.advance(10 * RETRY_INTERVAL);
          assert.equal((await here.gateway.stats()).outboxDue, 0);
          assert.equal(partner.requests.length, 1);
        },
        { answerTo: answer },
      ));
  }

  it('none, because nobody listens: QUEUED, and the next attempt follows', () =>
    withSender({ profile: 'osb-rm-s' }, async ({ here, send, routes, partner, clock }) => {
      routes.lead('https://dienst.test/ebms', 'http://127.0.0.1:1/ebms');
      const messageId = await send();
      const message = await untilAttempts(here, messageId, 1);
      assert.deepEqual(
        [message.state, message.attemptLog[0]?.code, message.attemptLog[0]?.status],
        ['QUEUED', 'PEER_UNREACHABLE', undefined],
      );
      routes.lead('https://dienst.test/ebms', partner.url);
      clock.advance(RETRY_INTERVAL);
      await partner.request(1);
      await untilState(here, messageId, 'SENT');
    }));

  it('none, best effort: FAILED once', () =>
    withSender({ profile: 'osb-be-s' }, async ({ here, send, routes }) => {
      routes.lead('https://dienst.test/ebms', 'http://127.0.0.1:1/ebms');
      const messageId = await send();
      await untilState(here, messageId, 'FAILED');
      const events = await here.events();
      assert.deepEqual(
        events.filter((event) => event.messageId === messageId).map((event) => [event.type, event.data['code']]),
        [['message.failed', 'PEER_UNREACHABLE']],
      );
    }));

  it('SENT stays SENT when a later attempt fails', () =>
    withSender(
      { profile: 'osb-rm' },
      async ({ here, send, clock }) => {
        const messageId = await send();
        await untilState(here, messageId, 'SENT');
        clock.advance(RETRY_INTERVAL);
        const message = await untilAttempts(here, messageId, 2);
        assert.deepEqual([message.state, message.attemptLog[1]?.status], ['SENT', 500]);
      },
      { answerTo: (_, number) => ({ status: number === 1 ? 204 : 500 }) },
    ));
});

/** Types of events, those of the contract left out. */
function typesOf(events: readonly { readonly type: string }[]): readonly string[] {
  return events
    .map((event) => event.type)
    .filter((type) => !type.startsWith('cpa.'))
    .sort();
}
