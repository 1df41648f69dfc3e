import assert from 'node:assert/strict';
import type { SyncReplyMode } from '../../../src/cpa/model.ts';
import { contract, cpaIdOf, gemeente } from '../../setup/msh-contracts.ts';
import { messageIn } from '../../setup/msh-exchanges.ts';
import { untilState } from '../../setup/msh-pair.ts';
import { agreementIn, draft, markupOf, pack, type Receiving, withReceiver } from '../../setup/msh-partner.ts';
import { receiptFor, withSender } from '../../setup/msh-receipts.ts';

const XML = { 'content-type': 'text/xml' };

/** Where the receipt goes, and whether a SyncReply must, may not, or may stand in the header. */
const MODES: Readonly<Record<SyncReplyMode, readonly [receipt: 'in the answer' | 'later', header: string]>> = {
  none: ['later', 'forbidden'],
  mshSignalsOnly: ['in the answer', 'demanded'],
  signalsOnly: ['in the answer', 'demanded'],
  signalsAndResponse: ['in the answer', 'demanded'],
  responseOnly: ['later', 'allowed'],
};

describe('the values of syncReplyMode', () => {
  for (const [mode, [receipt, header]] of Object.entries(MODES)) {
    const cpa = contractIn(mode);

    for (const syncReply of [true, false]) {
      const fits = header === 'allowed' || (header === 'demanded') === syncReply;
      it(`CPPA 2.0 §9.8.1 ${mode}, received ${syncReply ? 'with' : 'without'} SyncReply: ${fits ? `the receipt ${receipt}` : 'Inconsistent'}`, () =>
        withReceiver(
          { profile: 'osb-rm', sync: true },
          async (given) => {
            const at = { ...given, agreement: agreementIn(cpa) };
            const one = draft(at);
            const message = { ...one.message, syncReply: syncReply ? SYNC_REPLY : undefined };
            const answer = await signalTo(at, markupOf({ ...one, message }), receipt);
            assert.equal(answer.kind, fits ? 'AcknowledgmentMessage' : 'ErrorMessage');
            if (answer.kind === 'ErrorMessage')
              assert.deepEqual(
                [answer.errorList.errors[0]?.errorCode, answer.errorList.errors[0]?.location],
                ['Inconsistent', '//Header/SyncReply'],
              );
          },
          { cpas: [cpa] },
        ));
    }

    it(`CPPA 2.0 §9.8.1 ${mode}, sent: SyncReply ${receipt === 'in the answer' ? 'stands' : 'does not stand'} in the header; the receipt counts by either way`, () =>
      withSender(
        { profile: 'osb-rm', sync: true },
        async (at) => {
          for (const way of ['in the answer', 'later']) {
            const { messageId } = await at.here.gateway.messages.submit({
              cpaId: cpaIdOf(cpa),
              from: gemeente.oin,
              service: 'urn:osb:services:osb:melding:1.0',
              action: 'melden',
              conversationId: way,
              payloads: [],
            });
            const envelope = await at.sent(messageId);
            assert.equal(envelope.includes('<eb:SyncReply'), receipt === 'in the answer');
            if (way === 'later') {
              await untilState(at.here, messageId, 'SENT');
              assert.equal((await at.post(await receiptFor(envelope))).status, 204);
            }
            await untilState(at.here, messageId, 'DELIVERED');
          }
        },
        {
          cpas: [cpa],
          answerTo: async (envelope) =>
            envelope.includes('in the answer')
              ? { status: 200, headers: XML, body: await receiptFor(envelope) }
              : { status: 204 },
        },
      ));
  }
});

const SYNC_REPLY = { version: '2.0', actor: 'http://schemas.xmlsoap.org/soap/actor/next' };

async function signalTo(
  { here, partner, ...at }: Receiving,
  markup: string,
  receipt: string,
): Promise<ReturnType<typeof messageIn>> {
  const answer = await here.post(pack(markup, draft(at).parts));
  assert.equal(answer.status, receipt === 'in the answer' ? 200 : 204, answer.body.toString());
  return messageIn(answer.status === 200 ? answer : await partner.request(1));
}

/** A contract whose channels all have this mode. */
function contractIn(mode: string): Buffer {
  const made = Buffer.from(contract({ profile: 'osb-rm', sync: true })).toString();
  const changed = made.replaceAll('syncReplyMode="mshSignalsOnly"', `syncReplyMode="${mode}"`);
  assert.ok(mode === 'mshSignalsOnly' || changed !== made);
  return Buffer.from(changed);
}
