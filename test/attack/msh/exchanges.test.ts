import assert from 'node:assert/strict';
import type { MessageHeader } from '../../../src/ebms/message.ts';
import { Allowance } from '../../../src/clock/allowance.ts';
import { contract, cpaIdOf, dienst, gemeente, type ContractParty } from '../../setup/msh-contracts.ts';
import { bare, messageIn, questionMarkup, replyTo } from '../../setup/msh-exchanges.ts';
import {
  draft,
  markupOf,
  pack,
  type Receiving,
  requireAccepted,
  requireRefused,
  withReceiver,
} from '../../setup/msh-partner.ts';
import { withSender } from '../../setup/msh-receipts.ts';
import { partyA } from '../../setup/test-keys.ts';

const SYNC = { profile: 'osb-rm', sync: true } as const;
const PER_MINUTE = 5;
const derde: ContractParty = {
  oin: '00000099000000003000',
  key: 'urn:osb:oin:00000099000000003000',
  role: 'derde',
  keys: partyA,
  endpoint: 'https://derde.test/ebms',
};

describe('questions that never end', () => {
  const kinds = { Ping: undefined, StatusRequest: 'a@gemeente.test' };
  for (const [kind, about] of Object.entries(kinds)) {
    it(`A68 a flood of ${kind}: as many answers as are allowed, then 503 without a trace, then as many again`, () =>
      withReceiver(
        SYNC,
        async (at) => {
          const ask = async (count: number): Promise<readonly number[]> => {
            const statuses: number[] = [];
            for (let n = 0; n < count; n += 1)
              statuses.push((await at.here.post(bare(questionMarkup(at, {}, about)))).status);
            return statuses;
          };
          const allowed = Array.from({ length: PER_MINUTE }, () => 200);
          assert.deepEqual(await ask(PER_MINUTE + 3), [...allowed, 503, 503, 503]);
          assert.equal(at.here.gateway.counters.exchanges, PER_MINUTE);
          assert.equal(at.here.gateway.counters.refused['BUSY'], 3);
          await requireNoTrace(at);
          at.clock.advance(60_000);
          assert.deepEqual(await ask(PER_MINUTE + 1), [...allowed, 503]);
        },
        { questionsPerMinute: PER_MINUTE },
      ));
  }

  it('A68 a flood of Pings that are refused leaves no more refusals than are allowed', () =>
    withReceiver(
      SYNC,
      async (at) => {
        await at.here.gateway.cpas.deactivate(at.agreement.cpa.cpaId);
        for (let n = 0; n < 3 * PER_MINUTE; n += 1) await at.here.post(bare(questionMarkup(at)));
        assert.equal((await at.here.store.listRefusals({ limit: 100 })).items.length, PER_MINUTE);
      },
      { questionsPerMinute: PER_MINUTE },
    ));

  it('A68 the 503 says when to come again, and business goes on', () =>
    withReceiver(
      SYNC,
      async (at) => {
        await at.here.post(bare(questionMarkup(at)));
        const { status, headers, body } = await at.here.post(bare(questionMarkup(at)));
        assert.deepEqual([status, headers.get('retry-after')], [503, '60']);
        assert.match(body.toString(), /<faultcode>soap:Server<\/faultcode>/);
        const one = draft(at);
        await requireAccepted(at, pack(markupOf(one), one.parts));
      },
      { questionsPerMinute: 1 },
    ));

  it('A68 one partner’s flood takes nothing from another', () => {
    const theirs = contract({ ...SYNC, parties: [derde, dienst], version: 'derde' });
    return withReceiver(
      SYNC,
      async (at) => {
        await at.here.post(bare(questionMarkup(at)));
        assert.equal((await at.here.post(bare(questionMarkup(at)))).status, 503);
        const from = { partyIds: [{ type: 'urn:osb:oin', value: derde.oin }], role: undefined };
        const other = questionMarkup(at, { header: () => ({ from, cpaId: cpaIdOf(theirs) }) });
        assert.equal((await at.here.post(bare(other))).status, 200);
      },
      { cpas: [contract(SYNC), theirs], questionsPerMinute: 1 },
    );
  });

  it('A68 a third party asks after a message of somebody else: as if it never was', () => {
    const theirs = contract({ ...SYNC, parties: [derde, dienst], version: 'derde' });
    return withReceiver(
      SYNC,
      async (at) => {
        const one = draft(at);
        const { messageId } = one.message.header.messageData;
        await requireAccepted(at, pack(markupOf(one), one.parts));
        const from = { partyIds: [{ type: 'urn:osb:oin', value: derde.oin }], role: undefined };
        const ask = async (about: string): Promise<string> => {
          const { body } = await at.here.post(
            bare(questionMarkup(at, { header: () => ({ from, cpaId: cpaIdOf(theirs) }) }, about)),
          );
          const message = messageIn({ body });
          assert.ok(message.kind === 'StatusResponseMessage');
          return body
            .toString()
            .replaceAll(about, 'ID')
            .replace(/<eb:MessageId>[^<]*/, '')
            .replace(/<eb:RefToMessageId>[^<]*/, '');
        };
        assert.equal(await ask(messageId), await ask('never@gemeente.test'));
      },
      { cpas: [contract(SYNC), theirs] },
    );
  });

  it('A65 A68 a Pong that nobody waits for: refused with an alert, a flood of them without a trace', () =>
    withReceiver(
      SYNC,
      async (at) => {
        const pong = (): ReturnType<typeof bare> => bare(replyFrom(at));
        assert.equal((await at.here.post(pong())).status, 204);
        assert.equal((await at.here.store.listRefusals({ limit: 10 })).items[0]?.code, 'SIGNAL_UNEXPECTED');
        const before = await at.here.store.listRefusals({ limit: 10 });
        assert.equal((await at.here.post(pong())).status, 503);
        assert.deepEqual(await at.here.store.listRefusals({ limit: 10 }), before);
      },
      { questionsPerMinute: 1 },
    ));

  it('A65 the Pong of a third party does not end the wait for that of the partner', () => {
    const cpas = [contract(SYNC_NOT), contract({ ...SYNC_NOT, parties: [gemeente, derde], version: 'derde' })];
    return withSender(
      SYNC_NOT,
      async (at) => {
        const pinging = at.here.gateway.partners.ping({ cpaId: cpaIdOf(contract(SYNC_NOT)), from: gemeente.oin });
        const { body } = await at.partner.request(1);
        const from = { partyIds: [{ type: 'urn:osb:oin', value: derde.oin }], role: undefined };
        const foreign = [
          replyTo(body, { header: () => ({ from }) }),
          replyTo(body, { header: () => ({ from, cpaId: cpaIdOf(cpas[1] ?? new Uint8Array()) }) }),
        ];
        for (const pong of foreign) assert.equal((await at.post(pong)).status, 204);
        const refused = (await at.here.events()).filter(({ type }) => type === 'alert.signal-refused');
        assert.equal(refused.length, 2);
        await at.post(replyTo(body));
        assert.equal((await pinging).to, dienst.key);
      },
      { cpas },
    );
  });

  it('A83 a Ping that somebody recorded, posted to its sender: not for us', () =>
    withReceiver(SYNC, async (at) => {
      await requireRefused(at, bare(questionMarkup(at, { header: turned })), { code: 'NOT_OUR_PARTY' });
    }));

  it('A68 what is kept of partners stays as small as the contracts', () => {
    const allowance = new Allowance(2);
    assert.deepEqual(
      [0, 0, 0, 30_000, 30_000, 90_000, 90_000, 90_000].map((at) => allowance.take('partner', at)),
      [true, true, false, true, false, true, true, false],
    );
    // A clock that is set back gives nothing, and takes nothing for ever.
    assert.deepEqual(
      [0, 60_000].map((at) => allowance.take('partner', at)),
      [false, true],
    );
  });
});

const SYNC_NOT = { profile: 'osb-rm' } as const;

function turned({ from, to }: MessageHeader): Partial<MessageHeader> {
  return { from: to, to: from };
}

function replyFrom(at: Receiving): Buffer {
  const asked = Buffer.from(questionMarkup(at, { header: turned }));
  return replyTo(asked);
}

async function requireNoTrace({ here }: Receiving): Promise<void> {
  assert.deepEqual((await here.store.listMessages({ limit: 10 })).items, []);
  assert.deepEqual((await here.store.listRefusals({ limit: 10 })).items, []);
  assert.deepEqual(
    (await here.events()).filter(({ type }) => type.startsWith('alert.')),
    [],
  );
}
