import { toDateTime } from '../../../src/clock.ts';
import {
  type Draft,
  draft,
  pack,
  type Receiving,
  requireAccepted,
  requireRefused,
  sealDraft,
  withReceiver,
} from '../../setup/msh-partner.ts';
import type { RawRequest } from '../../setup/test-gateway.ts';

const DAY = 86_400_000;
const TTL = '//Header/MessageHeader/MessageData/TimeToLive';
const TIMESTAMP = '//Header/MessageHeader/MessageData/Timestamp';
const EXPIRED = { code: 'MESSAGE_EXPIRED', error: ['TimeToLiveExpired', TTL] } as const;

/** A signed message with other times, which its sender signed. */
async function sealed(at: Receiving, times: Partial<Draft['message']['header']['messageData']>): Promise<RawRequest> {
  const one = draft(at);
  const { message } = one;
  const messageData = { ...message.header.messageData, ...times };
  const changed = { ...one, message: { ...message, header: { ...message.header, messageData } } };
  return pack(await sealDraft(changed, at.agreement), one.parts);
}

for (const sync of [false, true]) {
  const mode = sync ? ', synchronous' : '';
  const receiving = (use: (at: Receiving) => Promise<void>): Promise<void> =>
    withReceiver({ profile: 'osb-rm-s', sync }, use);

  describe(`times that a sender may choose${mode}`, () => {
    it('A64 a TimeToLive that has passed is expired by our clock, in whatever zone it is written [ebMS2 §3.1.6.4-2]', () =>
      receiving(async (at) => {
        const past = at.clock.now() - 1000;
        await requireRefused(at, await sealed(at, { timeToLive: toDateTime(past) }), EXPIRED);
        const elsewhere = toDateTime(past + 14 * 3_600_000).replace('Z', '+14:00');
        await requireRefused(at, await sealed(at, { timeToLive: elsewhere }), EXPIRED);
        await requireAccepted(at, await sealed(at, {}));
      }));

    it('A64 a Timestamp of the past moves neither our clock nor the end of a message; one of tomorrow is refused', () =>
      receiving(async (at) => {
        const timeToLive = toDateTime(at.clock.now() - 1000);
        await requireRefused(at, await sealed(at, { timestamp: '2001-01-01T00:00:00Z', timeToLive }), EXPIRED);
        const tomorrow = await sealed(at, { timestamp: toDateTime(at.clock.now() + DAY) });
        await requireRefused(at, tomorrow, { code: 'HEADER_VALUE', error: ['Inconsistent', TIMESTAMP] });
        const zoneForgotten = toDateTime(at.clock.now() + 14 * 3_600_000);
        await requireAccepted(at, await sealed(at, { timestamp: zoneForgotten }));
      }));

    it('A64 the year 9999 is a time like any other; what is no time is refused [ebMS2 §3.1.6.2-2]', () =>
      receiving(async (at) => {
        for (const timeToLive of ['10000-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-11-22', '+1 day', '1e99']) {
          await requireRefused(at, await sealed(at, { timeToLive }), {
            code: 'HEADER_TIME',
            error: ['OtherXml', TTL],
          });
        }
        await requireAccepted(at, await sealed(at, { timeToLive: '9999-12-31T23:59:59Z' }));
      }));
  });

  it(`A63 a recorded message comes again when its MessageId is forgotten (another store, as after a restore): expired${mode}`, async () => {
    let recorded: RawRequest | undefined;
    await receiving(async (at) => {
      recorded = await sealed(at, {});
      await requireAccepted(at, recorded);
    });
    await receiving(async (at) => {
      at.clock.advance(DAY);
      if (recorded !== undefined) await requireRefused(at, recorded, EXPIRED);
    });
  });
}
