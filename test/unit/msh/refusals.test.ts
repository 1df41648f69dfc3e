import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { ErrorCode } from '../../../src/errors.ts';
import { DEFAULT_MESSAGE_LIMITS } from '../../../src/msh/limits.ts';
import { REPLY_ACTION } from '../../setup/msh-contracts.ts';
import {
  type Draft,
  draft,
  markupOf,
  pack,
  type Receiving,
  requireAccepted,
  type Refused,
  requireRefused,
  sealDraft,
  withReceiver,
} from '../../setup/msh-partner.ts';
import type { RawRequest } from '../../setup/test-gateway.ts';

type Header = Draft['message']['header'];

const stranger = { partyIds: [{ type: 'urn:osb:oin', value: '00000099000000009000' }], role: 'gemeente' };
const AT = '//Header/MessageHeader';

describe('a message that is refused for its header', () => {
  const rows: readonly (readonly [what: string, change: (header: Header) => Partial<Header>, refused: Refused])[] = [
    ['CPAId [ebMS2 §3.1.2-3]', () => ({ cpaId: 'other' }), { code: 'CPA_UNKNOWN' }],
    ['To: somebody else [ebMS2 §3.1.1-2]', () => ({ to: stranger }), { code: 'NOT_OUR_PARTY' }],
    ['To: the sender itself', ({ from }) => ({ to: from }), { code: 'NOT_OUR_PARTY' }],
    [
      'Action [ebMS2 §3.1.4-2, ebMS2 §3.1.5-1]',
      () => ({ action: 'anders' }),
      { code: 'ACTION_NOT_AGREED', error: ['ValueNotRecognized', `${AT}/Action`] },
    ],
    [
      'an Action of the other direction',
      () => ({ action: REPLY_ACTION }),
      { code: 'ACTION_NOT_AGREED', error: ['ValueNotRecognized', `${AT}/Action`] },
    ],
    [
      'Service [ebMS2 §3.1.4-2]',
      () => ({ service: { type: 'urn:osb:services', value: 'other' } }),
      { code: 'ACTION_NOT_AGREED', error: ['ValueNotRecognized', `${AT}/Service`] },
    ],
    [
      'From/Role [ebMS2 §3.1.1.2-2]',
      ({ from }) => ({ from: { ...from, role: 'dienst' } }),
      { code: 'ACTION_NOT_AGREED', error: ['ValueNotRecognized', `${AT}/From/Role`] },
    ],
    [
      'To/Role [ebMS2 §3.1.1.2-2]',
      ({ to }) => ({ to: { ...to, role: 'gemeente' } }),
      { code: 'ACTION_NOT_AGREED', error: ['ValueNotRecognized', `${AT}/To/Role`] },
    ],
    [
      'DuplicateElimination [ebMS2 §3.1.2-2, ebMS2 §6.4.1-2]',
      () => ({ duplicateElimination: false }),
      { code: 'HEADER_NOT_AGREED', error: ['Inconsistent', `${AT}/DuplicateElimination`] },
    ],
    [
      'TimeToLive [ebMS2 §3.1.6.4-2]',
      ({ messageData }) => ({ messageData: { ...messageData, timeToLive: '2026-01-01T00:00:00Z' } }),
      { code: 'MESSAGE_EXPIRED', error: ['TimeToLiveExpired', `${AT}/MessageData/TimeToLive`] },
    ],
  ];
  for (const sync of [false, true]) {
    for (const [what, change, refused] of rows) {
      it(`§4.2.3 ${what}${sync ? ', synchronous' : ''}: ${refused.code}`, () =>
        withReceiver({ profile: 'osb-rm', sync }, async (at) => {
          const one = draft(at);
          await requireRefused(at, await changed(at, one, change), refused);
          await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts));
        }));
    }
  }

  it('From: somebody else; where the answer cannot go, a Fault', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      const request = await changed(at, draft(at), () => ({ from: stranger }));
      await requireRefused(at, request, { code: 'PARTY_UNKNOWN' });
      assert.equal(at.partner.requests.length, 0);
    }));

  it('a CPA that is not active, and one that has ended [ebMS2 §3.1.2-3]', () =>
    withReceiver({ profile: 'osb-rm', sync: true, end: Date.parse('2026-11-22T12:30:00Z') }, async (at) => {
      const refused: Refused = { code: 'CPA_INACTIVE', error: ['Inconsistent', `${AT}/CPAId`] };
      const one = draft(at);
      const request = pack(markupOf(one), one.parts);
      await at.here.gateway.cpas.deactivate(at.agreement.cpa.cpaId);
      await requireRefused(at, request, refused);
      await at.here.gateway.cpas.activate(at.agreement.cpa.cpaId);
      await requireAccepted(at, request);
      at.clock.advance(1_800_000);
      const late = draft(at);
      await requireRefused(at, pack(markupOf(late), late.parts), refused);
    }));

  it('§4.2.4 a MessageError that comes back as a message of ours is answered with nothing', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      await requireRefused(at, await changed(at, draft(at), () => ({ action: 'anders' })), {
        code: 'ACTION_NOT_AGREED',
        error: ['ValueNotRecognized', `${AT}/Action`],
      });
      const { body } = await at.partner.request(1);
      const headers = { 'content-type': 'text/xml', soapaction: '"ebXML"' };
      const answer = await at.here.post({ headers, body });
      assert.doesNotMatch(answer.body.toString(), /ErrorList/);
      assert.equal(at.partner.requests.length, 1);
      assert.equal((await at.here.store.listMessages({ limit: 1 })).items.length, 0);
    }));
});

describe('a request that is no message', () => {
  const rows: readonly (readonly [
    what: string,
    change: (request: RawRequest) => RawRequest,
    code: ErrorCode,
    status: number | undefined,
  ])[] = [
    ['without SOAPAction [ebMS2 §B.2.2-4]', without('soapaction'), 'HTTP_SOAP_ACTION', undefined],
    ['A55 another SOAPAction [ebMS2 §B.2.2-4]', withHeader('soapaction', '""'), 'HTTP_SOAP_ACTION', undefined],
    ['another Content-Type', withHeader('content-type', 'application/json'), 'HTTP_CONTENT_TYPE', 415],
    ['multipart of another kind', withHeader('content-type', 'multipart/mixed; boundary=x'), 'HTTP_CONTENT_TYPE', 415],
    [
      'no boundary [ebMS2 §2.1.6-1, ebMS2 §B.2.4-1]',
      withHeader('content-type', 'multipart/related; type="text/xml"'),
      'MIME_MALFORMED',
      undefined,
    ],
    ['another boundary', withHeader('content-type', 'multipart/related; boundary=other'), 'MIME_MALFORMED', undefined],
    ['an empty body', (request) => ({ ...request, body: '' }), 'MIME_MALFORMED', undefined],
    [
      'no closing boundary',
      (request) => ({ ...request, body: Buffer.from(request.body).subarray(0, -6) }),
      'MIME_MALFORMED',
      undefined,
    ],
    ['the package as text/xml [ebMS2 §2.1.3-1]', withHeader('content-type', 'text/xml'), 'XML_MALFORMED', undefined],
    [
      'a SOAP 1.2 envelope',
      replaced('http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope'),
      'SOAP_VERSION',
      undefined,
    ],
    ['no envelope at all', replaced('soap:Envelope', 'soap:Envelop'), 'SOAP_MALFORMED', undefined],
    [
      'another block in place of the MessageHeader',
      replaced('eb:MessageHeader', 'eb:Other'),
      'HEADER_INVALID',
      undefined,
    ],
    ['no MessageId', replaced('eb:MessageId', 'eb:MessageI'), 'HEADER_INVALID', undefined],
  ];
  for (const [what, change, code, status] of rows) {
    it(`§2.1 ${what}: ${code}`, () =>
      withReceiver({ profile: 'osb-rm' }, async (at) => {
        const one = draft(at);
        const request = pack(markupOf(one), one.parts);
        await requireRefused(at, change(request), status === undefined ? { code } : { code, status });
        await requireAccepted(at, request);
      }));
  }

  it('over the limits: 413 for the body, a Fault for the envelope; a smaller one passes', () =>
    withReceiver(
      { profile: 'osb-rm' },
      async (at) => {
        const one = draft(at, [{ contentId: 'large@gemeente.test', body: randomBytes(200_000) }]);
        await requireRefused(at, pack(markupOf(one), one.parts), { code: 'HTTP_TOO_LARGE', status: 413 });
        const two = draft(at);
        const markup = markupOf(two).replace(
          '</soap:Header>',
          `<x:x xmlns:x="urn:x">${'x'.repeat(20_000)}</x:x></soap:Header>`,
        );
        await requireRefused(at, pack(markup, two.parts), { code: 'XML_LIMIT' });
        await requireAccepted(at, pack(markupOf(two), two.parts));
      },
      { limits: { ...DEFAULT_MESSAGE_LIMITS, maxEnvelopeBytes: 20_000, maxMessageBytes: 100_000 } },
    ));
});

function without(name: string): (request: RawRequest) => RawRequest {
  return ({ headers, body }) => ({
    headers: Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)),
    body,
  });
}

function withHeader(name: string, value: string): (request: RawRequest) => RawRequest {
  return ({ headers, body }) => ({ headers: { ...headers, [name]: value }, body });
}

function replaced(from: string, to: string): (request: RawRequest) => RawRequest {
  return ({ headers, body }) => ({
    headers,
    body: Buffer.from(Buffer.from(body).toString('latin1').replaceAll(from, to), 'latin1'),
  });
}

function changed(at: Receiving, one: Draft, change: (header: Header) => Partial<Header>): Promise<RawRequest> {
  const header = { ...one.message.header, ...change(one.message.header) };
  return sealDraft({ ...one, message: { ...one.message, header } }, at.agreement).then((envelope) =>
    pack(envelope, one.parts),
  );
}
