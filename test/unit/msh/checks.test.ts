import assert from 'node:assert/strict';
import { toDateTime } from '../../../src/clock.ts';
import { GatewayError } from '../../../src/errors.ts';
import { checkAckRequested } from '../../../src/msh/inbound/checks/check-ack-requested.ts';
import { checkCpaDates } from '../../../src/msh/inbound/checks/check-cpa-dates.ts';
import { checkDuplicateElimination } from '../../../src/msh/inbound/checks/check-duplicate-elimination.ts';
import { checkPartyIds } from '../../../src/msh/inbound/checks/check-party-ids.ts';
import { checkSyncReply } from '../../../src/msh/inbound/checks/check-sync-reply.ts';
import { checkTimes } from '../../../src/msh/inbound/checks/check-times.ts';
import { checkVersion } from '../../../src/msh/inbound/checks/check-version.ts';
import { APPLICATION_CHECKS } from '../../../src/msh/inbound/checks/grid.ts';
import type { ContractTerms } from '../../setup/msh-contracts.ts';
import type { Row } from './check-row.ts';
import { MANIFEST_ROWS } from './manifest-rows.ts';
import { MESSAGE_ORDER_ROWS } from './message-order-rows.ts';
import { agreed, type Change, clock, inData, inHeader, inMessage, unchanged, verified } from './verified-message.ts';

const NEXT = 'http://schemas.xmlsoap.org/soap/actor/next';
const NEXT_MSH = 'urn:oasis:names:tc:ebxml-msg:actor:nextMSH';
const TO_PARTY = 'urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH';
const DAY = 86_400_000;

const RM: ContractTerms = { profile: 'osb-rm' };
const RM_S: ContractTerms = { profile: 'osb-rm-s' };
const RM_SYNC: ContractTerms = { profile: 'osb-rm', sync: true };
const BE: ContractTerms = { profile: 'osb-be' };
const ACK = { version: '2.0', actor: TO_PARTY, signed: false };
const sync = (actor: string | undefined): Change => inMessage(() => ({ syncReply: { version: '2.0', actor } }));
const partyId = (value: string, type?: string): { value: string; type?: string } =>
  type === undefined ? { value } : { value, type };

const AT = '//Header/MessageHeader';
const ROWS: Readonly<Record<string, Row>> = {
  'CPPA §9.3 checkCpaDates': {
    check: checkCpaDates,
    passes: [
      ['inside the dates', RM],
      ['a Timestamp outside them: the moment of receipt counts', RM, inData({ timestamp: '2020-01-01T00:00:00Z' })],
      ['at the start', RM, (whole) => ({ ...whole, receivedAt: whole.known.cpa.start })],
    ],
    refuses: [
      [
        'not active',
        RM,
        (whole) => ({ ...whole, known: { ...whole.known, active: false } }),
        'CPA_INACTIVE',
        `${AT}/CPAId`,
      ],
      [
        'before the start',
        RM,
        (whole) => ({ ...whole, receivedAt: whole.known.cpa.start - 1 }),
        'CPA_INACTIVE',
        `${AT}/CPAId`,
      ],
      ['at the end', RM, (whole) => ({ ...whole, receivedAt: whole.known.cpa.end }), 'CPA_INACTIVE', `${AT}/CPAId`],
      [
        'only proposed',
        RM,
        (whole) => ({ ...whole, known: { ...whole.known, cpa: { ...whole.known.cpa, status: 'proposed' } } }),
        'CPA_INACTIVE',
        `${AT}/CPAId`,
      ],
    ],
  },
  '§2.3.8 checkVersion': {
    check: checkVersion,
    passes: [['2.0 everywhere', RM_SYNC]],
    refuses: [
      ['MessageHeader', RM, inHeader(() => ({ version: '1.0' })), 'HEADER_VALUE', `${AT}/@version`],
      [
        'SyncReply',
        RM_SYNC,
        inMessage(() => ({ syncReply: { version: '2.1', actor: NEXT } })),
        'HEADER_VALUE',
        '//Header/SyncReply/@version',
      ],
      [
        'AckRequested',
        RM,
        inMessage(() => ({ ackRequested: { ...ACK, version: '' } })),
        'HEADER_VALUE',
        '//Header/AckRequested/@version',
      ],
      [
        'Manifest',
        RM,
        inMessage(() => ({ manifest: { version: '2', references: [] } })),
        'HEADER_VALUE',
        '//Body/Manifest/@version',
      ],
    ],
  },
  '§3.1.1.1 §3.1.4.1 checkPartyIds': {
    check: checkPartyIds,
    passes: [
      ['typed', RM],
      [
        'a URI without type [ebMS2 §3.1.1.1-1]',
        RM,
        inHeader(({ from }) => ({ from: { ...from, partyIds: [partyId('urn:x:y')] } })),
      ],
      ['a Service that is a URI', RM, inHeader(() => ({ service: { value: 'http://x' } }))],
    ],
    refuses: [
      [
        'From untyped and no URI [ebMS2 §3.1.1.1-1]',
        RM,
        inHeader(({ from }) => ({ from: { ...from, partyIds: [partyId('0001')] } })),
        'HEADER_VALUE',
        `${AT}/From/PartyId`,
      ],
      [
        'the second of To',
        RM,
        inHeader(({ to }) => ({ to: { ...to, partyIds: [...to.partyIds, partyId('x')] } })),
        'HEADER_VALUE',
        `${AT}/To/PartyId`,
      ],
      [
        'Service [ebMS2 §3.1.4-1]',
        RM,
        inHeader(() => ({ service: { value: 'melding' } })),
        'HEADER_VALUE',
        `${AT}/Service`,
      ],
      [
        'a scheme without anything behind it',
        RM,
        inHeader(() => ({ service: { value: 'urn:' } })),
        'HEADER_VALUE',
        `${AT}/Service`,
      ],
    ],
  },
  '§6.4.1 checkDuplicateElimination': {
    check: checkDuplicateElimination,
    passes: [
      ['there, as agreed', RM],
      ['absent, as agreed', BE],
      [
        'absent where it is per message',
        RM,
        (whole) =>
          agreed({ duplicateElimination: 'perMessage' })(inHeader(() => ({ duplicateElimination: false }))(whole)),
      ],
      ['there where it is per message', RM, agreed({ duplicateElimination: 'perMessage' })],
    ],
    refuses: [
      [
        'absent',
        RM,
        inHeader(() => ({ duplicateElimination: false })),
        'HEADER_NOT_AGREED',
        `${AT}/DuplicateElimination`,
      ],
      [
        'there under best effort',
        BE,
        inHeader(() => ({ duplicateElimination: true })),
        'HEADER_NOT_AGREED',
        `${AT}/DuplicateElimination`,
      ],
    ],
  },
  '§9 checkMessageOrder': MESSAGE_ORDER_ROWS,
  '§6.3.1 §6.4.2 checkAckRequested': {
    check: checkAckRequested,
    passes: [
      ['unsigned, as agreed', RM],
      ['signed, as agreed', RM_S],
      ['absent, as agreed', BE],
      ['without actor', RM, inMessage(() => ({ ackRequested: { ...ACK, actor: undefined } }))],
      ['one for the next MSH beside it [ebMS2 §10.1-2]', RM, inMessage(() => ({ nextMshAckRequested: true }))],
      [
        'absent where it is per message',
        RM,
        (whole) => agreed({ ackRequested: 'perMessage' })(inMessage(() => ({ ackRequested: undefined }))(whole)),
      ],
      [
        'signed where that is per message',
        RM,
        (whole) =>
          agreed({ ackSignatureRequested: 'perMessage' })(
            inMessage(() => ({ ackRequested: { ...ACK, signed: true } }))(whole),
          ),
      ],
    ],
    refuses: [
      ['absent', RM, inMessage(() => ({ ackRequested: undefined })), 'HEADER_NOT_AGREED', '//Header/AckRequested'],
      [
        'there under best effort',
        BE,
        inMessage(() => ({ ackRequested: ACK })),
        'HEADER_NOT_AGREED',
        '//Header/AckRequested',
      ],
      [
        'only for the next MSH',
        RM,
        inMessage(() => ({ ackRequested: undefined, nextMshAckRequested: true })),
        'FEATURE_UNSUPPORTED',
        '//Header/AckRequested/@actor',
      ],
      [
        'for another actor',
        RM,
        inMessage(() => ({ ackRequested: { ...ACK, actor: 'urn:x' } })),
        'HEADER_VALUE',
        '//Header/AckRequested/@actor',
      ],
      [
        'for the next MSH in its place',
        RM,
        inMessage(() => ({ ackRequested: { ...ACK, actor: NEXT_MSH } })),
        'HEADER_VALUE',
        '//Header/AckRequested/@actor',
      ],
      [
        'signed though unsigned was agreed [ebMS2 §6.3.1.2-3]',
        RM,
        inMessage(() => ({ ackRequested: { ...ACK, signed: true } })),
        'HEADER_NOT_AGREED',
        '//Header/AckRequested/@signed',
      ],
      [
        'unsigned though signed was agreed [ebMS2 §6.3.1.2-3]',
        RM_S,
        inMessage(() => ({ ackRequested: ACK })),
        'HEADER_NOT_AGREED',
        '//Header/AckRequested/@signed',
      ],
    ],
  },
  '§4.3 §6.4.7 checkSyncReply': {
    check: checkSyncReply,
    passes: [
      ['there, as agreed', RM_SYNC],
      ['absent, as agreed', RM],
      ['absent with responseOnly', RM, agreed({ syncReplyMode: 'responseOnly' })],
      ['there with responseOnly', RM_SYNC, agreed({ syncReplyMode: 'responseOnly' })],
    ],
    refuses: [
      ['absent', RM_SYNC, inMessage(() => ({ syncReply: undefined })), 'HEADER_NOT_AGREED', '//Header/SyncReply'],
      [
        'there though asynchronous [ebMS2 §4.3-3, ebMS2 §4.3-2]',
        RM,
        sync(NEXT),
        'HEADER_NOT_AGREED',
        '//Header/SyncReply',
      ],
      ['for another actor', RM_SYNC, sync(TO_PARTY), 'HEADER_NOT_AGREED', '//Header/SyncReply/@actor'],
      ['without actor', RM_SYNC, sync(undefined), 'HEADER_NOT_AGREED', '//Header/SyncReply/@actor'],
    ],
  },
  '§3.1.6.2 §3.1.6.4 checkTimes': {
    check: checkTimes,
    passes: [
      ['TimeToLive in the future', RM],
      ['TimeToLive now', RM, inData({ timeToLive: toDateTime(clock.now()) })],
      ['no TimeToLive', BE],
      ['another zone', RM, inData({ timeToLive: '2026-11-22T14:00:00+02:00' })],
      ['the year 9999', RM, inData({ timeToLive: '9999-12-31T23:59:59Z' })],
      ['without zone: UTC', RM, inData({ timestamp: '2026-11-22T12:00:00' })],
    ],
    refuses: [
      [
        'TimeToLive a millisecond ago [ebMS2 §3.1.6.4-2]',
        RM,
        inData({ timeToLive: toDateTime(clock.now() - 1) }),
        'MESSAGE_EXPIRED',
        `${AT}/MessageData/TimeToLive`,
      ],
      [
        'TimeToLive that only looks later in its zone',
        RM,
        inData({ timeToLive: '2026-11-22T13:00:00+02:00' }),
        'MESSAGE_EXPIRED',
        `${AT}/MessageData/TimeToLive`,
      ],
      [
        'a TimeToLive that is no dateTime',
        RM,
        inData({ timeToLive: 'tomorrow' }),
        'HEADER_TIME',
        `${AT}/MessageData/TimeToLive`,
      ],
      [
        'a Timestamp that is no dateTime [ebMS2 §3.1.6.2-2]',
        RM,
        inData({ timestamp: '22-11-2026' }),
        'HEADER_TIME',
        `${AT}/MessageData/Timestamp`,
      ],
      [
        'the 13th month',
        RM,
        inData({ timestamp: '2026-13-01T00:00:00Z' }),
        'HEADER_TIME',
        `${AT}/MessageData/Timestamp`,
      ],
    ],
  },
  '§3.2 checkManifest': MANIFEST_ROWS,
};

describe('the rules between signature and acceptance', () => {
  it('a message that follows its contract passes all of them, whatever the profile', () => {
    for (const terms of [RM, RM_S, RM_SYNC, BE, { profile: 'osb-be-s' }, { profile: 'osb-rm-s', sync: true }] as const)
      for (const check of APPLICATION_CHECKS) check(verified(terms));
  });

  it('each rule of the grid has its table here', () => {
    assert.deepEqual(new Set(Object.values(ROWS).map(({ check }) => check)), new Set(APPLICATION_CHECKS));
  });

  for (const [rule, { check, passes, refuses }] of Object.entries(ROWS)) {
    for (const [what, terms, change = unchanged] of passes)
      it(`${rule}: ${what}, passes`, () => check(change(verified(terms))));
    for (const [what, terms, change, code, location] of refuses)
      it(`${rule}: ${what}, ${code}`, () =>
        assert.throws(
          () => check(change(verified(terms))),
          (error: unknown) => {
            assert.ok(error instanceof GatewayError);
            assert.deepEqual([error.code, error.location], [code, location]);
            return true;
          },
        ));
  }

  it('the first that fails answers: dates before versions before times', () => {
    const wrong = inHeader(() => ({ version: '1.0' }))(
      inData({ timeToLive: toDateTime(clock.now() - DAY) })(verified(RM)),
    );
    const refusal = (): void => {
      for (const check of APPLICATION_CHECKS) check(wrong);
    };
    assert.throws(refusal, { code: 'HEADER_VALUE', location: `${AT}/@version` });
  });
});
