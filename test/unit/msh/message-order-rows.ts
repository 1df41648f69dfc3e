import type { MessageOrder } from '../../../src/ebms/message.ts';
import { checkMessageOrder } from '../../../src/msh/inbound/checks/check-message-order.ts';
import { ACTOR_NEXT } from '../../../src/soap/header-blocks.ts';
import type { ContractTerms } from '../../setup/msh-contracts.ts';
import type { Row } from './check-row.ts';
import { agreed, type Change, inHeader, inMessage } from './verified-message.ts';

const RM: ContractTerms = { profile: 'osb-rm' };
const FIRST = { version: '2.0', sequenceNumber: '0', status: 'Reset' } as const;
const ORDER_AT = '//Header/MessageOrder';
const NOT_ORDERED = { sender: false, receiver: false };
const both = (one: Change, other: Change): Change => {
  return (whole) => other(one(whole));
};
const ordered = (order: Partial<MessageOrder>, terms = { sender: true, receiver: true }): Change =>
  both(
    agreed({ messageOrder: terms }),
    inMessage(() => ({ messageOrder: { ...FIRST, ...order } })),
  );

/** Rows of checkMessageOrder. @spec ebMS2 §9 */
export const MESSAGE_ORDER_ROWS: Row = {
  check: checkMessageOrder,
  passes: [
    ['absent', RM],
    ['absent though Guaranteed', RM, agreed({ messageOrder: { sender: true, receiver: true } })],
    ['the first, agreed by the sender', RM, ordered({}, { sender: true, receiver: false })],
    ['the first, agreed by the receiver', RM, ordered({}, { sender: false, receiver: true })],
    ['the last number', RM, ordered({ sequenceNumber: '99999999', status: 'Continue' })],
  ],
  refuses: [
    ['not agreed', RM, ordered({}, NOT_ORDERED), 'FEATURE_UNSUPPORTED', ORDER_AT],
    [
      'beside SyncReply',
      RM,
      both(
        ordered({}),
        inMessage(() => ({ syncReply: { version: '2.0', actor: ACTOR_NEXT } })),
      ),
      'HEADER_VALUE',
      '//Header/SyncReply',
    ],
    [
      'without AckRequested',
      RM,
      both(
        ordered({}),
        inMessage(() => ({ ackRequested: undefined })),
      ),
      'HEADER_VALUE',
      '//Header/AckRequested',
    ],
    [
      'without DuplicateElimination',
      RM,
      both(
        ordered({}),
        inHeader(() => ({ duplicateElimination: false })),
      ),
      'HEADER_VALUE',
      '//Header/MessageHeader/DuplicateElimination',
    ],
    ...['', '-1', '+1', '1.0', 'één', '0x1', '100000000', '1e3', '٣'].map(
      (sequenceNumber) =>
        [
          `the number ${sequenceNumber}`,
          RM,
          ordered({ sequenceNumber, status: 'Continue' }),
          'HEADER_VALUE',
          `${ORDER_AT}/SequenceNumber`,
        ] as const,
    ),
    ['a Reset with 1', RM, ordered({ sequenceNumber: '1' }), 'HEADER_VALUE', `${ORDER_AT}/SequenceNumber`],
  ],
};
