import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SyncReplyMode } from '../../../src/cpa/model.ts';
import type { ProfileName } from '../../../src/cpa/profiles.ts';
import { DEFAULT_MESSAGE_LIMITS, type MessageLimits } from '../../../src/msh/limits.ts';
import type { MessageState } from '../../../src/ports/store.ts';
import { ANSWER_PART, type CombinedChanges, combinedFor } from '../../setup/msh-combined.ts';
import { contract } from '../../setup/msh-contracts.ts';
import { messageIn } from '../../setup/msh-exchanges.ts';
import { payloadsOf, untilAttempts, untilEvents, untilState } from '../../setup/msh-pair.ts';
import { type Sending, withSender } from '../../setup/msh-receipts.ts';
import { withMode } from '../../setup/msh-responses.ts';

interface Terms {
  readonly mode?: SyncReplyMode;
  readonly profile?: ProfileName;
  readonly changes?: CombinedChanges;
  readonly limits?: MessageLimits;
}

interface Seen extends Sending {
  readonly messageId: string;
  /** Codes of the refusals. */
  readonly refused: () => Promise<readonly string[]>;
  readonly received: () => Promise<number>;
}

/** The first request is answered with a response and a receipt; all others with 204. */
async function withAnswer(
  { mode = 'signalsAndResponse', profile = 'osb-rm-s', changes = {}, limits = DEFAULT_MESSAGE_LIMITS }: Terms,
  use: (seen: Seen) => Promise<void>,
): Promise<void> {
  const edit = (text: string): string => withMode(text, mode);
  const cpa = contract({ profile, edit });
  await withSender(
    { profile, edit },
    async (at) => {
      const messageId = await at.send();
      await use({
        ...at,
        messageId,
        refused: async () => (await at.here.store.listRefusals({ limit: 10 })).items.map(({ code }) => code),
        received: async () => (await at.here.store.listMessages({ direction: 'in', limit: 10 })).items.length,
      });
    },
    {
      limits,
      answerTo: (envelope, number) => (number === 1 ? combinedFor(cpa, envelope, changes) : { status: 204 }),
    },
  );
}

describe('reading a response and a receipt in the HTTP answer', () => {
  for (const profile of ['osb-rm', 'osb-rm-s'] as const) {
    it(`§6.3.2 ${profile}: both count, and the receipt for the response goes by a request of its own`, () =>
      withAnswer({ profile }, async (seen) => {
        const { signal } = await untilState(seen.here, seen.messageId, 'DELIVERED');
        const response = await untilState(seen.here, String(signal?.messageId), 'RECEIVED');
        assert.deepEqual(await payloadsOf(seen.here, response), [ANSWER_PART.body]);
        const receipt = messageIn(await seen.partner.request(2));
        assert.ok(receipt.kind === 'AcknowledgmentMessage');
        assert.equal(receipt.acknowledgment.refToMessageId, response.messageId);
        assert.equal(await untilEvents(seen.here, 'message.received', 1), 1);
        assert.equal(await untilEvents(seen.here, 'message.delivered', 1), 1);
      }));
  }

  it('§4.3 a response without a receipt: accepted, and the request waits for its receipt', () =>
    withAnswer({ changes: { acknowledgment: undefined } }, async (seen) => {
      await untilState(seen.here, seen.messageId, 'SENT');
      assert.equal(await seen.received(), 1);
    }));

  interface Row {
    readonly title: string;
    readonly changes: CombinedChanges;
    readonly refused: readonly string[];
    readonly state: MessageState;
    readonly alert: 'alert.message-refused' | 'alert.signal-refused' | undefined;
    /** errorCode and location of the MessageError that follows. */
    readonly error: readonly [string, string] | undefined;
  }

  const SECURITY = ['SecurityFailure', '//Header/Signature'] as const;
  const ROWS: readonly Row[] = [
    {
      title: '§4.1 an envelope that was tampered with: neither counts',
      changes: { tamper: (text) => text.replace('<eb:Timestamp>20', '<eb:Timestamp>19') },
      refused: ['SIGNATURE_INVALID'],
      state: 'SENT',
      alert: 'alert.signal-refused',
      error: SECURITY,
    },
    {
      title: '§4.1 a part that was tampered with: neither counts',
      changes: { parts: (body) => Buffer.from(body.toString().replace('b', 'B')) },
      refused: ['SIGNATURE_INVALID'],
      state: 'SENT',
      alert: 'alert.signal-refused',
      error: SECURITY,
    },
    {
      title: '§4.1 unsigned where the contract signs: neither counts',
      changes: { unsigned: true },
      refused: ['SIGNATURE_MISSING'],
      state: 'SENT',
      alert: 'alert.message-refused',
      error: SECURITY,
    },
    {
      title: '§3.1.6.3 a response to another message is refused, the receipt counts',
      changes: { header: ({ messageData }) => ({ messageData: { ...messageData, refToMessageId: 'another@x' } }) },
      refused: ['HEADER_NOT_AGREED'],
      state: 'DELIVERED',
      alert: undefined,
      error: ['Inconsistent', '//Header/MessageHeader/MessageData/RefToMessageId'],
    },
    {
      title: '§3.1.3 a response in another conversation is refused, the receipt counts',
      changes: { header: () => ({ conversationId: 'another' }) },
      refused: ['HEADER_NOT_AGREED'],
      state: 'DELIVERED',
      alert: undefined,
      error: ['Inconsistent', '//Header/MessageHeader/ConversationId'],
    },
    {
      title: '§6.3.2.3 a receipt about another message does not count, the response does',
      changes: { acknowledgment: (one) => ({ ...one, refToMessageId: 'another@x' }) },
      refused: [],
      state: 'SENT',
      alert: 'alert.signal-refused',
      error: undefined,
    },
  ];

  for (const { title, changes, refused, state, alert, error } of ROWS) {
    it(title, () =>
      withAnswer({ changes }, async (seen) => {
        await untilState(seen.here, seen.messageId, state);
        assert.deepEqual(await seen.refused(), refused);
        assert.equal(await seen.received(), refused.length === 0 ? 1 : 0);
        if (alert !== undefined) await untilEvents(seen.here, alert, 1);
        const next = messageIn(await seen.partner.request(2));
        if (error === undefined) assert.equal(next.kind, 'AcknowledgmentMessage');
        else {
          assert.ok(next.kind === 'ErrorMessage');
          const [first] = next.errorList.errors;
          assert.deepEqual([first?.errorCode, first?.location], error);
        }
      }),
    );
  }

  for (const mode of ['none', 'mshSignalsOnly', 'signalsOnly'] as const) {
    it(`CPPA 2.0 §9.8.1 ${mode}: the contract has no response in the answer: the attempt fails and nothing is accepted`, () =>
      withAnswer({ mode }, async (seen) => {
        const { attemptLog, state } = await untilAttempts(seen.here, seen.messageId, 1);
        assert.deepEqual([attemptLog[0]?.status, attemptLog[0]?.code, state], [200, 'PEER_ANSWER', 'QUEUED']);
        assert.deepEqual([await seen.received(), await seen.refused()], [0, []]);
      }));
  }

  it('§2.1 a package that breaks off: the attempt fails and nothing is left of it', () =>
    withAnswer({ changes: { parts: () => Buffer.from('x\r\n--MIME_boundary\r\n') } }, async (seen) => {
      const { attemptLog } = await untilAttempts(seen.here, seen.messageId, 1);
      assert.equal(attemptLog[0]?.code, 'PEER_ANSWER');
      assert.deepEqual([await seen.received(), await seen.refused()], [0, []]);
    }));

  it('an answer over the limit of a message is cut off: the attempt fails and no file is left of it', () =>
    withAnswer(
      {
        changes: { parts: () => Buffer.alloc(500_000, 'x') },
        limits: { ...DEFAULT_MESSAGE_LIMITS, maxMessageBytes: 200_000 },
      },
      async (seen) => {
        const { attemptLog } = await untilAttempts(seen.here, seen.messageId, 1);
        assert.equal(attemptLog[0]?.code, 'PEER_ANSWER');
        assert.deepEqual([await seen.received(), await seen.refused()], [0, []]);
        const files = readdirSync(join(seen.here.folder, 'payloads'), { recursive: true, withFileTypes: true });
        assert.deepEqual(
          files.filter((file) => file.isFile()).map(({ name }) => name),
          [],
        );
      },
    ));

  it('§6.3.2 the same octets as a request stay NotSupported: a receipt rides only on the HTTP answer', () =>
    withAnswer({ changes: { acknowledgment: undefined } }, async (seen) => {
      await untilState(seen.here, seen.messageId, 'SENT');
      const cpa = contract({ profile: 'osb-rm-s', edit: (text) => withMode(text, 'signalsAndResponse') });
      const { headers, body } = await combinedFor(cpa, await seen.sent(seen.messageId));
      const answer = await seen.here.post({ headers: { ...headers }, body });
      const message = messageIn(answer);
      assert.ok(message.kind === 'ErrorMessage');
      assert.deepEqual(
        [message.errorList.errors[0]?.errorCode, message.errorList.errors[0]?.location],
        ['NotSupported', '//Header/Acknowledgment'],
      );
    }));
});
