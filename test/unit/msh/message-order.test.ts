import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import { DEFAULT_MESSAGE_LIMITS } from '../../../src/msh/limits.ts';
import type { PartnerTerms } from '../../../src/msh/parts.ts';
import type { MessageDetail } from '../../../src/ports/store.ts';
import { type ContractTerms, contract, cpaIdOf, dienst, RETRY_INTERVAL } from '../../setup/msh-contracts.ts';
import { submitTo, untilAttempts, untilEvents, untilMessage, withPair } from '../../setup/msh-pair.ts';
import {
  draft,
  pack,
  type Receiving,
  requireAccepted,
  requireRefused,
  sealDraft,
  withReceiver,
} from '../../setup/msh-partner.ts';
import { parseEnvelopeOctets, withSender } from '../../setup/msh-receipts.ts';
import type { RawRequest, TestGateway } from '../../setup/test-gateway.ts';

const TERMS: ContractTerms = { profile: 'osb-rm-s', ordered: true };
const AT = '//Header/MessageOrder';

interface Numbered {
  readonly messageId: string;
  readonly request: RawRequest;
}

/** A signed message of the partner with this number, in one conversation. */
async function numbered(at: Receiving, sequenceNumber: string, status?: 'Reset' | 'Continue'): Promise<Numbered> {
  const one = draft(at);
  const messageOrder = {
    version: '2.0',
    sequenceNumber,
    status: status ?? (sequenceNumber === '0' ? 'Reset' : 'Continue'),
  } as const;
  const placed = { ...one, message: { ...one.message, messageOrder } };
  const request = pack(await sealDraft(placed, at.agreement), one.parts);
  return { messageId: one.message.header.messageData.messageId, request };
}

/** Posts it, and waits until the sending of its receipt is on record. */
async function accepted(at: Receiving, { messageId, request }: Numbered): Promise<void> {
  await requireAccepted(at, request);
  await untilMessage(at.here, messageId, ({ attempts }) => attempts === 1);
}

const handedOver = async ({ here }: Receiving): Promise<readonly (string | undefined)[]> =>
  (await here.events()).filter(({ type }) => type === 'message.received').map(({ messageId }) => messageId);

describe('messages that come in order', () => {
  it('§9.1.1 out of order: stored and acknowledged at once, handed over in order [ebMS2 §9.1.1-2]', () =>
    withReceiver(TERMS, async (at) => {
      const { here, partner } = at;
      const [zero, one, two] = [await numbered(at, '0'), await numbered(at, '1'), await numbered(at, '2')];
      await requireAccepted(at, two.request);
      assert.match((await partner.request(1)).body.toString(), /<eb:Acknowledgment /);
      await requireAccepted(at, one.request);
      await partner.request(2);
      const held = await here.gateway.messages.find(two.messageId);
      assert.deepEqual([held.state, held.held, held.sequenceNumber], ['RECEIVED', true, 2]);
      const inbox = await here.gateway.messages.list({ direction: 'in', state: 'RECEIVED', held: false, limit: 9 });
      assert.deepEqual(inbox.items, []);
      await assert.rejects(
        here.gateway.messages.take(two.messageId),
        (e) => e instanceof GatewayError && e.code === 'MESSAGE_HELD',
      );
      assert.deepEqual(await handedOver(at), []);
      const [gap] = (await here.events()).filter(({ type }) => type === 'message.held');
      assert.deepEqual([gap?.messageId, gap?.data['expected'], gap?.data['got']], [two.messageId, 0, 2]);
      await requireAccepted(at, zero.request);
      assert.deepEqual(await handedOver(at), [zero.messageId, one.messageId, two.messageId]);
      assert.equal((await here.gateway.messages.take(two.messageId)).state, 'TAKEN');
    }));

  it('§6.5.6 a repeat of a held message gets the stored receipt, and is not handed over', () =>
    withReceiver(TERMS, async (at) => {
      const two = await numbered(at, '2');
      await requireAccepted(at, two.request);
      const { body } = await at.partner.request(1);
      await untilMessage(at.here, two.messageId, ({ attempts }) => attempts === 1);
      assert.equal((await at.here.post(two.request)).status, 204);
      assert.deepEqual((await at.partner.request(2)).body, body);
      assert.deepEqual(await handedOver(at), []);
    }));

  it('§9.1.1 a number that was used, a Reset before all is in, 0 that continues nothing: Inconsistent, nothing lost', () =>
    withReceiver(TERMS, async (at) => {
      const refused = { code: 'MESSAGE_ORDER', error: ['Inconsistent', `${AT}/SequenceNumber`] } as const;
      await requireRefused(at, (await numbered(at, '0', 'Continue')).request, refused);
      const zero = await numbered(at, '0');
      await accepted(at, zero);
      const two = await numbered(at, '2');
      await accepted(at, two);
      await requireRefused(at, (await numbered(at, '2')).request, refused);
      await requireRefused(at, (await numbered(at, '0')).request, refused);
      await requireRefused(at, (await numbered(at, '0', 'Continue')).request, refused);
      const one = await numbered(at, '1');
      await accepted(at, one);
      await requireRefused(at, (await numbered(at, '1')).request, refused);
      assert.deepEqual(await handedOver(at), [zero.messageId, one.messageId, two.messageId]);
      const again = await numbered(at, '0');
      await accepted(at, again);
      assert.equal((await handedOver(at)).at(-1), again.messageId);
    }));

  for (const [number, status] of [
    ['-1', 'Continue'],
    ['één', 'Continue'],
    ['100000000', 'Continue'],
    ['1', 'Reset'],
  ] as const) {
    it(`§9.1.1 A67 the number ${number}, ${status}: Inconsistent`, () =>
      withReceiver(TERMS, async (at) =>
        requireRefused(at, (await numbered(at, number, status)).request, {
          code: 'HEADER_VALUE',
          error: ['Inconsistent', `${AT}/SequenceNumber`],
        }),
      ));
  }

  it('§9.1.1 more than may be held: DeliveryFailure', () =>
    withReceiver(
      TERMS,
      async (at) => {
        for (const number of ['2', '3']) await accepted(at, await numbered(at, number));
        const four = await numbered(at, '4');
        await requireRefused(at, four.request, {
          code: 'MESSAGE_ORDER_FULL',
          error: ['DeliveryFailure', `${AT}/SequenceNumber`],
        });
        for (const number of ['0', '1']) await accepted(at, await numbered(at, number));
        await accepted(at, four);
        assert.equal((await handedOver(at)).length, 5);
      },
      { limits: { ...DEFAULT_MESSAGE_LIMITS, maxHeldMessages: 2 } },
    ));

  it('§9 A67 where the CPA does not say Guaranteed: NotSupported [ebMS2 §9.1-2]', () =>
    withReceiver({ profile: 'osb-rm-s' }, async (at) =>
      requireRefused(at, (await numbered(at, '0')).request, {
        code: 'FEATURE_UNSUPPORTED',
        error: ['NotSupported', AT],
      }),
    ));

  it('§9 a message without MessageOrder under such a CPA is handed over as it comes', () =>
    withReceiver(TERMS, async (at) => {
      await requireAccepted(at, (await numbered(at, '1')).request);
      const one = draft(at);
      await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts));
      assert.deepEqual(await handedOver(at), [one.message.header.messageData.messageId]);
    }));
});

const orderOf = ({ envelope }: MessageDetail): readonly [string | undefined, string | undefined] => {
  const { messageOrder } = parseEnvelopeOctets(Buffer.from(envelope)).message;
  return [messageOrder?.sequenceNumber, messageOrder?.status];
};

describe('messages that are sent in order', () => {
  const CPA_ID = cpaIdOf(contract(TERMS));
  const send = (here: TestGateway, request: object = {}): Promise<string> =>
    submitTo(here, {
      cpaId: CPA_ID,
      payloads: [Buffer.from('<melding/>')],
      request: { conversationId: 'zaak-1', ...request },
    }).then(({ messageId }) => messageId);

  it('§9.1.1 are numbered 0 Reset, 1, 2 … within their conversation [ebMS2 §9.1.1-1]', () =>
    withSender(TERMS, async ({ here }) => {
      const found = async (id: string): Promise<MessageDetail> => here.gateway.messages.find(id);
      const first = await found(await send(here));
      assert.deepEqual([...orderOf(first), first.sequenceNumber], ['0', 'Reset', 0]);
      assert.deepEqual(orderOf(await found(await send(here))), ['1', 'Continue']);
      assert.deepEqual(orderOf(await found(await send(here, { conversationId: 'zaak-2' }))), ['0', 'Reset']);
      assert.deepEqual(orderOf(await found(await send(here))), ['2', 'Continue']);
    }));

  it('§9.1.1 fifty at the same time: no number twice, none left out', () =>
    withSender(TERMS, async ({ here }) => {
      const ids = await Promise.all(Array.from({ length: 50 }, () => send(here)));
      const sent = await Promise.all(ids.map((id) => here.gateway.messages.find(id)));
      const numbers = sent.map((message) => Number(orderOf(message)[0])).sort((a, b) => a - b);
      assert.deepEqual(
        numbers,
        Array.from({ length: 50 }, (_, number) => number),
      );
      assert.deepEqual(
        sent.map(({ sequenceNumber }) => String(sequenceNumber)),
        sent.map((message) => orderOf(message)[0]),
      );
    }));

  it('§9.1.1 what is refused, and what is a repeat, uses no number', () =>
    withSender(TERMS, async ({ here }) => {
      const idempotency = { key: 'k', application: 'a', digest: 'd' };
      const first = await send(here, { messageId: 'one@gemeente.test', idempotency });
      await assert.rejects(send(here, { messageId: 'one@gemeente.test' }));
      await assert.rejects(send(here, { idempotency: { ...idempotency, digest: 'other' } }));
      await assert.rejects(send(here, { action: 'anders' }));
      assert.equal(await send(here, { idempotency }), first);
      assert.equal((await here.gateway.messages.find(await send(here))).sequenceNumber, 1);
    }));

  it('§9.1.1 a store that fails uses no number', () => {
    let failing = false;
    return withSender(
      TERMS,
      async ({ here }) => {
        await send(here);
        failing = true;
        await assert.rejects(
          send(here),
          (error) => error instanceof GatewayError && error.code === 'STORE_UNAVAILABLE',
        );
        failing = false;
        assert.equal((await here.gateway.messages.find(await send(here))).sequenceNumber, 1);
      },
      {
        store: (store) =>
          new Proxy(store, {
            get(target, name) {
              if (name === 'submitOutbound' && failing)
                return () => Promise.reject(new GatewayError('STORE_UNAVAILABLE'));
              const value: unknown = Reflect.get(target, name);
              return typeof value === 'function' ? value.bind(target) : value;
            },
          }),
      },
    );
  });

  for (const [what, terms, partners] of [
    ['beside SyncReply', { ...TERMS, sync: true }, undefined],
    ['without receipts', { profile: 'osb-be-s', ordered: true }, undefined],
    ['where the CPA does not say Guaranteed', { profile: 'osb-rm-s' }, undefined],
    [
      'for a partner with messageOrder: off',
      TERMS,
      new Map<string, PartnerTerms>([[dienst.key, { allow: [], messageOrder: 'off' }]]),
    ],
  ] as const) {
    it(`§9.1 nothing is numbered ${what} [ebMS2 §9.1-1]`, () =>
      withSender(
        terms,
        async ({ here, send: submit }) => {
          const found = await here.gateway.messages.find(await submit());
          assert.deepEqual([...orderOf(found), found.sequenceNumber], [undefined, undefined, undefined]);
        },
        partners === undefined ? {} : { partners },
      ));
  }

  it('§9 two gateways: ten messages whose requests overtake each other arrive in the order in which they were sent [ebMS2 §9.1.1-2]', async () => {
    await withPair({ ...TERMS, retries: 5 }, async (pair) => {
      let number = 0;
      pair.routes.bend(dienst.endpoint, (request, forward) => {
        number += 1;
        // Every other request is lost the first time, so that it comes after those that follow.
        return number <= 10 && number % 2 === 1
          ? Promise.reject(new GatewayError('PEER_UNREACHABLE'))
          : forward(request);
      });
      const ids: string[] = [];
      for (let index = 0; index < 10; index += 1)
        ids.push((await pair.submit(undefined, { conversationId: 'zaak-1' })).messageId);
      await Promise.all(ids.map((id) => untilAttempts(pair.sender, id, 1)));
      await untilEvents(pair.receiver, 'message.held', 1);
      pair.clock.advance(RETRY_INTERVAL);
      await untilEvents(pair.sender, 'message.delivered', 10);
      const received = (await pair.receiver.events()).filter(({ type }) => type === 'message.received');
      assert.deepEqual(
        received.map(({ messageId }) => messageId),
        ids,
      );
      await pair.restart('sender');
      const { messageId } = await pair.submit(undefined, { conversationId: 'zaak-1' });
      assert.equal((await pair.sender.gateway.messages.find(messageId, 'out')).sequenceNumber, 10);
    });
  });
});
