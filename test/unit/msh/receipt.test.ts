import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { toDateTime } from '../../../src/clock.ts';
import { MSH_ACTION } from '../../../src/ebms/namespaces.ts';
import { writeMessage } from '../../../src/ebms/write-message.ts';
import type { VerifiedMessage } from '../../../src/msh/inbound/stages.ts';
import { acknowledgmentOf, writeReceipt } from '../../../src/msh/receipt.ts';
import { replyHeader } from '../../../src/msh/reply-header.ts';
import { agreed, type Change, inData, inHeader, unchanged, verified } from './verified-message.ts';

const REFERENCES = '<ds:Reference URI=""></ds:Reference>';

/** What the receipt must be: written whole. */
function whole(message: VerifiedMessage, messageId: string, referencesXml: string | undefined): string {
  const { agreement, receivedAt } = message;
  const reply = { action: MSH_ACTION.acknowledgment, messageId, timestamp: toDateTime(receivedAt), agreement };
  return writeMessage(
    {
      kind: 'AcknowledgmentMessage',
      header: replyHeader(message.message.header, reply),
      syncReply: undefined,
      messageOrder: undefined,
      acknowledgment: acknowledgmentOf(message),
    },
    referencesXml === undefined ? {} : { referencesXml },
  );
}

const CASES: readonly (readonly [string, Change])[] = [
  ['as agreed', unchanged],
  ['with values that are escaped', inHeader(() => ({ conversationId: 'a&b<c>"d"' }))],
  ['with values that hold private-use characters', inHeader(() => ({ conversationId: '\ue000\ue001\ue004$&' }))],
  ['about another message', inData({ messageId: '<2>@b&c' })],
  ['from a party that names itself otherwise', inHeader(() => ({ from: { partyIds: [{ value: 'x' }], role: 'a' } }))],
  [
    'to a party of several names',
    inHeader(({ to }) => ({ to: { ...to, partyIds: [...to.partyIds, { type: 't', value: 'v' }] } })),
  ],
];

describe('receipts', () => {
  for (const [what, change] of CASES) {
    it(`§6.3.2 is the same octets from a template as written whole: ${what}`, () => {
      const message = verified({ profile: 'osb-rm-s' });
      for (const one of [message, change(message), message]) {
        for (const referencesXml of [undefined, REFERENCES]) {
          const messageId = `${what}@host`;
          assert.equal(writeReceipt(one, { messageId, referencesXml }), whole(one, messageId, referencesXml));
        }
      }
    });
  }

  it('are written whole where what is agreed holds a private-use character', () => {
    const message = verified({ profile: 'osb-rm-s' });
    const { from } = message.agreement;
    const odd = agreed({ from: { ...from, role: 'a\ue000b' } })(message);
    assert.equal(writeReceipt(odd, { messageId: 'm@h' }), whole(odd, 'm@h', undefined));
  });

  it('hold nothing that no document may hold', () => {
    const message = inHeader(() => ({ conversationId: 'a\u0001' }))(verified({ profile: 'osb-rm-s' }));
    assert.throws(() => writeReceipt(message, { messageId: 'm@h' }), { code: 'XML_FORBIDDEN' });
  });
});
