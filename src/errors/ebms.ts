import { type ErrorRow, row } from './error-row.ts';

/** The ebMS header: what it says, and what its contract says otherwise. */
export const EBMS_ERRORS = {
  HEADER_INVALID: row(400, 'The ebMS header does not follow the schema.', 'Mend the element at the location named.', {
    spec: 'ebMS2 §3.1',
  }),
  HEADER_VALUE: row(400, 'A value of the ebMS header is not allowed.', 'Mend the value at the location named.', {
    ebms: 'Inconsistent',
    spec: 'ebMS2 §4.2.3.4.1',
  }),
  HEADER_TIME: row(
    400,
    'A time of the ebMS header is no xsd:dateTime.',
    'Write Timestamp and TimeToLive as 2026-01-31T12:00:00Z.',
    { ebms: 'OtherXml', spec: 'ebMS2 §3.1.6.2' },
  ),
  HEADER_NOT_AGREED: row(
    422,
    'The ebMS header contradicts the CPA.',
    'Make the header say what the CPA says at the location named.',
    { ebms: 'Inconsistent', spec: 'ebMS2 §4.2.3.4.1' },
  ),
  ACTION_NOT_AGREED: row(
    422,
    'Role, service and action are not agreed between these parties.',
    'Use a role, service and action of the CPA.',
    { ebms: 'ValueNotRecognized', spec: 'ebMS2 §3.1.4' },
  ),
  FEATURE_UNSUPPORTED: row(
    501,
    'The message asks for a feature that is not supported.',
    'Leave out the element at the location named.',
    { ebms: 'NotSupported' },
  ),
  MESSAGE_EXPIRED: row(410, 'The TimeToLive of the message has passed.', 'Send a new one with a later TimeToLive.', {
    ebms: 'TimeToLiveExpired',
    spec: 'ebMS2 §3.1.6.4',
  }),
  MESSAGE_ORDER: row(
    409,
    'The SequenceNumber does not continue the conversation.',
    'Number the messages of a conversation 0 (Reset), 1, 2 …, each once; reset only when all before are confirmed.',
    { ebms: 'Inconsistent', spec: 'ebMS2 §9.1.1' },
  ),
  MESSAGE_ORDER_FULL: row(
    409,
    'Too many messages of the conversation wait for earlier ones.',
    'Send the message that is missing; `message.held` names its number.',
    { ebms: 'DeliveryFailure', spec: 'ebMS2 §9.1.1' },
  ),
  NOT_OUR_PARTY: row(
    422,
    'The message is not for a party of this gateway.',
    'Check the To party, and `parties` in the configuration.',
    { spec: 'ebMS2 §3.1.1' },
  ),
} as const satisfies Record<string, ErrorRow>;
