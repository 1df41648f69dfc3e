import type { OutgoingAnswer } from '../ports/transport.ts';

export interface AnswerRow {
  readonly situation: string;
  readonly mode: 'any' | 'synchronous' | 'asynchronous';
  readonly status: number;
  readonly body:
    | 'none'
    | 'Acknowledgment'
    | 'MessageError'
    | 'Pong or StatusResponse'
    | 'business message'
    | 'SOAP Fault Client'
    | 'SOAP Fault Server';
  readonly note: string;
  readonly spec?: string;
}

/** What a partner gets as the answer to its request. docs/answers.md is generated from this table. */
export const ANSWERS = {
  acknowledged: {
    situation: 'accepted, or a duplicate, and an Acknowledgment was asked for',
    mode: 'synchronous',
    status: 200,
    body: 'Acknowledgment',
    note: 'A duplicate gets the stored octets of the first answer.',
    spec: 'ebMS2 §6.5.3',
  },
  response: {
    situation:
      'accepted, under signalsAndResponse or responseOnly, and the application submits its response within `ebms.responseSeconds`',
    mode: 'synchronous',
    status: 200,
    body: 'business message',
    note: 'text/xml, or multipart/related where it has payloads. Under signalsAndResponse with the Acknowledgment of the request in its header, under the same signature. Not for a duplicate, not for a message that has a RefToMessageId itself, and not when `ebms.limits.waiting` wait already.',
    spec: 'ebMS2 §4.3, §6.3.2',
  },
  accepted: {
    situation: 'accepted, or a duplicate',
    mode: 'asynchronous',
    status: 204,
    body: 'none',
    note: 'The Acknowledgment follows by a request of its own; a duplicate causes the stored one to be sent again. Also the answer in synchronous mode when no Acknowledgment was asked for.',
    spec: 'ebMS2 §6.5.3',
  },
  refused: {
    situation: 'refused, and the CPA is known',
    mode: 'synchronous',
    status: 200,
    body: 'MessageError',
    note: 'One Error with code and location; every security check gives SecurityFailure with the same text.',
    spec: 'ebMS2 §4.2.4',
  },
  refusedLater: {
    situation: 'refused, and the CPA is known',
    mode: 'asynchronous',
    status: 204,
    body: 'none',
    note: 'The MessageError follows by a request of its own, once.',
    spec: 'ebMS2 §4.2.4',
  },
  exchange: {
    situation: 'Ping or StatusRequest',
    mode: 'synchronous',
    status: 200,
    body: 'Pong or StatusResponse',
    note: 'Also where the message itself has a SyncReply. A message of somebody else, or of another CPA, is NotRecognized like one that never was.',
    spec: 'ebMS2 §7.1, §8',
  },
  exchangeLater: {
    situation: 'Ping or StatusRequest',
    mode: 'asynchronous',
    status: 204,
    body: 'none',
    note: 'The answer follows by a request of its own, once.',
    spec: 'ebMS2 §7.1, §8',
  },
  signal: {
    situation: 'an Acknowledgment, MessageError, Pong or StatusResponse, used or not',
    mode: 'any',
    status: 204,
    body: 'none',
    note: 'A signal that may not be used changes nothing and raises an alert; no error is ever answered with an error.',
    spec: 'ebMS2 §4.2.4',
  },
  fault: {
    situation:
      'no XML, broken MIME, structure or SOAPAction, DTD, a header that must be understood; unknown CPA (CPA_UNKNOWN), to another party (NOT_OUR_PARTY); and where no CPA says where a MessageError may go: from a party that the CPA does not know (PARTY_UNKNOWN), or by who may not speak for the From party (TLS_CLIENT_CERTIFICATE, asynchronous)',
    mode: 'any',
    status: 500,
    body: 'SOAP Fault Client',
    note: 'Fixed text that repeats nothing of the request.',
    spec: 'SOAP 1.1 §6.2',
  },
  method: { situation: 'another method than POST', mode: 'any', status: 405, body: 'none', note: 'With Allow: POST.' },
  path: { situation: 'another path', mode: 'any', status: 404, body: 'none', note: '' },
  framing: {
    situation: 'broken HTTP framing',
    mode: 'any',
    status: 400,
    body: 'none',
    note: 'The connection is closed.',
  },
  contentType: {
    situation: 'a Content-Type that cannot be a SOAP message, or a Content-Encoding',
    mode: 'any',
    status: 415,
    body: 'none',
    note: 'Decided from the headers; the body is not read.',
  },
  tooLarge: {
    situation: 'a body over the limit',
    mode: 'any',
    status: 413,
    body: 'none',
    note: 'The connection is closed.',
  },
  tooSlow: {
    situation: 'headers, or a body, that do not get on (`ebms.limits`)',
    mode: 'any',
    status: 408,
    body: 'none',
    note: 'The connection is closed; nothing was accepted.',
  },
  busy: {
    situation:
      'the store or a key cannot be used now, no revocation list of a CA is current, envelopes that are not answered yet take all of `ebms.limits.memory`, or the gateway stops',
    mode: 'any',
    status: 503,
    body: 'SOAP Fault Server',
    note: 'With Retry-After; nothing was accepted.',
  },
  tooMany: {
    situation: 'more Pings and StatusRequests of one partner than it is allowed a minute',
    mode: 'any',
    status: 503,
    body: 'SOAP Fault Server',
    note: 'With Retry-After; nothing is stored of it.',
  },
  internal: {
    situation: 'something unexpected inside',
    mode: 'any',
    status: 500,
    body: 'SOAP Fault Server',
    note: 'Nothing was accepted.',
  },
} as const satisfies Record<string, AnswerRow>;

export type AnswerKey = keyof typeof ANSWERS;

const XML_TYPE = 'text/xml; charset=UTF-8';

/** Makes the HTTP answer of a row; `body` is given exactly where the row has one. */
export function answer(
  key: AnswerKey,
  body?: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): OutgoingAnswer {
  const { status, body: kind } = ANSWERS[key];
  const signal = kind !== 'none' && kind !== 'SOAP Fault Client' && kind !== 'SOAP Fault Server';
  return {
    status,
    headers: {
      ...(body === undefined ? {} : { 'content-type': XML_TYPE }),
      ...(signal ? { soapaction: '"ebXML"' } : {}),
      ...headers,
    },
    body,
  };
}
