import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/errors.ts';
import { type ContractTerms, dienst } from '../../setup/msh-contracts.ts';
import {
  alertsOf,
  type Draft,
  draft,
  markupOf,
  pack,
  type Packing,
  type Receiving,
  requireAccepted,
  requireRefused,
  sealDraft,
  SECURITY,
  signMarkup,
  withReceiver,
} from '../../setup/msh-partner.ts';
import { untilMessage } from '../../setup/msh-pair.ts';
import type { RawRequest } from '../../setup/test-gateway.ts';

const PROFILES: readonly ContractTerms[] = [
  { profile: 'osb-rm', sync: true },
  { profile: 'osb-rm-s', sync: true },
  { profile: 'osb-rm' },
  { profile: 'osb-rm-s' },
];
const named = ({ profile, sync }: ContractTerms): string => `${profile}${sync === true ? ', synchronous' : ''}`;

describe('a MessageId that comes again', () => {
  for (const terms of PROFILES) {
    it(`A77 ${named(terms)}: with another payload it is refused, the first record untouched, an alert raised`, () =>
      withReceiver(terms, async (at) => {
        const one = draft(at);
        const envelope = await sealDraft(one, at.agreement);
        const receipt = await receiptOf(at, pack(envelope, one.parts));
        const parts = one.parts.map((part) => ({ ...part, body: Buffer.from('another document') }));
        await conflict(
          at,
          pack(envelope, parts),
          at.agreement.signing === undefined ? 'DUPLICATE_CONFLICT' : 'SIGNATURE_INVALID',
        );
        await conflict(at, pack(await seal(at, one, parts), parts), 'DUPLICATE_CONFLICT');
        await again(at, pack(envelope, one.parts), receipt);
      }));

    it(`A77 ${named(terms)}: with another header it is refused`, () =>
      withReceiver(terms, async (at) => {
        const one = draft(at);
        const envelope = await sealDraft(one, at.agreement);
        const receipt = await receiptOf(at, pack(envelope, one.parts));
        const header = { ...one.message.header, conversationId: 'another' };
        const other = { ...one, message: { ...one.message, header } };
        await conflict(at, pack(await sealDraft(other, at.agreement), one.parts), 'DUPLICATE_CONFLICT');
        await again(at, pack(envelope, one.parts), receipt);
      }));
  }

  it('A77 with a broken signature, or with none, it is refused', () =>
    withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
      const one = draft(at);
      const envelope = await sealDraft(one, at.agreement);
      const receipt = await receiptOf(at, pack(envelope, one.parts));
      const text = envelope.toString();
      const value = /<ds:SignatureValue>(.)/.exec(text)?.[1] === 'A' ? 'B' : 'A';
      const broken = text.replace(/(<ds:SignatureValue>)./, `$1${value}`);
      await conflict(at, pack(broken, one.parts), 'SIGNATURE_INVALID');
      await conflict(at, pack(markupOf(one), one.parts), 'SIGNATURE_MISSING');
      const stranger = await signMarkup(markupOf(one), one.parts, { agreement: at.agreement, keys: dienst.keys });
      await conflict(at, pack(stranger, one.parts), 'SIGNATURE_INVALID');
      await again(at, pack(envelope, one.parts), receipt);
    }));

  const packings: Readonly<Record<string, Packing>> = {
    'a new boundary': { boundary: 'another-boundary' },
    'a boundary with marks in it': { boundary: "=_'()+,-./:? x" },
    'header names in another case': {
      partHeaders: ({ contentId, contentType }) => [
        `CONTENT-TYPE: ${contentType}`,
        `content-id: <${contentId}>`,
        'cOnTeNt-TrAnSfEr-EnCoDiNg: BINARY',
      ],
    },
    'headers in another order, folded, with others between': {
      partHeaders: ({ contentId, contentType }) => [
        'X-Mailer: other',
        `Content-ID:\r\n <${contentId}>`,
        `Content-Type:   ${contentType}   `,
      ],
    },
    'another Content-Type of the part': {
      partHeaders: ({ contentId }) => ['Content-Type: application/octet-stream', `Content-ID: <${contentId}>`],
    },
    'white space between the parts': { preamble: '\r\n \r\n' },
    'the part as base64': {
      partHeaders: ({ contentId, contentType }) => [
        `Content-Type: ${contentType}`,
        `Content-ID: <${contentId}>`,
        'Content-Transfer-Encoding: base64',
      ],
      encode: (body) => Buffer.from((body.toString('base64').match(/.{1,20}/g) ?? []).join('\r\n')),
    },
    'the part before the envelope': { rootAt: 1 },
  };
  for (const terms of PROFILES) {
    for (const [what, packing] of Object.entries(packings)) {
      it(`A78 ${named(terms)}: ${what} is the same message, and gets the stored receipt [ebMS2 §6.5.5-1, ebMS2 §6.5.6-1]`, () =>
        withReceiver(terms, async (at) => {
          const one = draft(at);
          const envelope = await sealDraft(one, at.agreement);
          const receipt = await receiptOf(at, pack(envelope, one.parts));
          await again(at, pack(envelope, one.parts, packing), receipt);
        }));
    }

    it(`A78 ${named(terms)}: after TimeToLive, after the end of the CPA and when it is inactive, still the stored receipt [ebMS2 §6.4.6-1]`, () => {
      const start = Date.parse('2026-11-22T12:00:00Z');
      return withReceiver({ ...terms, end: start + 30 * 86_400_000 }, async (at) => {
        const one = draft(at);
        const request = pack(await sealDraft(one, at.agreement), one.parts);
        const receipt = await receiptOf(at, request);
        at.clock.advance(3_600_000);
        await again(at, request, receipt);
        await at.here.gateway.cpas.deactivate(at.agreement.cpa.cpaId);
        await again(at, request, receipt);
        at.clock.advance(60 * 86_400_000);
        await again(at, request, receipt);
      });
    });
  }
});

describe('a refused message', () => {
  const kinds: Readonly<
    Record<string, { readonly code: ErrorCode; readonly make: (at: Receiving, one: Draft) => Promise<RawRequest> }>
  > = {
    'with a bad signature': {
      code: 'SIGNATURE_INVALID',
      make: async (at, one) =>
        pack(await signMarkup(markupOf(one), one.parts, { agreement: at.agreement, keys: dienst.keys }), one.parts),
    },
    'without a signature': {
      code: 'SIGNATURE_MISSING',
      make: (_, one) => Promise.resolve(pack(markupOf(one), one.parts)),
    },
    'for an action that is not agreed': {
      code: 'ACTION_NOT_AGREED',
      make: (at, one) => changed(at, one, (header) => ({ ...header, action: 'anders' })),
    },
    'that is not authorised: the roles swapped': {
      code: 'ACTION_NOT_AGREED',
      make: (at, one) => changed(at, one, (header) => ({ ...header, from: { ...header.from, role: 'dienst' } })),
    },
    'under a CPA that is not known': {
      code: 'CPA_UNKNOWN',
      make: (at, one) => changed(at, one, (header) => ({ ...header, cpaId: 'unknown' })),
    },
    'that has expired': {
      code: 'MESSAGE_EXPIRED',
      make: (at, one) =>
        changed(at, one, (header) => ({
          ...header,
          messageData: { ...header.messageData, timeToLive: '2026-01-01T00:00:00Z' },
        })),
    },
    'without DuplicateElimination': {
      code: 'HEADER_NOT_AGREED',
      make: (at, one) => changed(at, one, (header) => ({ ...header, duplicateElimination: false })),
    },
    'without its payload': {
      code: 'SIGNATURE_COVERAGE',
      make: async (at, one) => pack(await sealDraft(one, at.agreement), []),
    },
    'with a payload that changed on the way': {
      code: 'SIGNATURE_INVALID',
      make: async (at, one) =>
        pack(
          await sealDraft(one, at.agreement),
          one.parts.map((part) => ({ ...part, body: Buffer.concat([part.body, Buffer.from(' ')]) })),
        ),
    },
    'that is not well-formed': {
      code: 'XML_MALFORMED',
      make: async (at, one) => pack((await sealDraft(one, at.agreement)).subarray(0, -4), one.parts),
    },
    'that breaks off': {
      code: 'MIME_MALFORMED',
      make: async (at, one) => {
        const { headers, body } = pack(await sealDraft(one, at.agreement), one.parts);
        return { headers, body: Buffer.from(body).subarray(0, -60) };
      },
    },
    'without SOAPAction': {
      code: 'HTTP_SOAP_ACTION',
      make: async (at, one) => {
        const { headers, body } = pack(await sealDraft(one, at.agreement), one.parts);
        return { headers: { ...headers, soapaction: '"other"' }, body };
      },
    },
  };
  for (const [kind, { code, make }] of Object.entries(kinds)) {
    it(`A82 ${kind} leaves no mark: the honest one with the same MessageId is accepted`, () =>
      withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
        const one = draft(at);
        const refused = await make(at, one);
        const before = await at.here.store.listMessages({ limit: 10 });
        await at.here.post(refused);
        assert.deepEqual(await at.here.store.listMessages({ limit: 10 }), before);
        const [refusal] = (await at.here.store.listRefusals({ limit: 1 })).items;
        assert.equal(refusal?.code, code, refusal?.detail);
        const honest = pack(await sealDraft(one, at.agreement), one.parts);
        const receipt = await requireAccepted(at, honest);
        assert.match(receipt.body.toString(), /<eb:Acknowledgment /);
        await at.here.post(refused);
        assert.deepEqual((await at.here.post(honest)).body, receipt.body);
      }));
  }
});

function seal(at: Receiving, one: Draft, parts: Draft['parts']): Promise<Buffer> {
  return sealDraft({ ...one, parts }, at.agreement);
}

/** Accepts an honest message and answers its receipt, however that travels. */
async function receiptOf(at: Receiving, request: RawRequest): Promise<Buffer> {
  const answer = await requireAccepted(at, request);
  const receipt = answer.status === 200 ? answer.body : await sentReceipt(at, 1);
  assert.match(receipt.toString(), /<eb:Acknowledgment /);
  return receipt;
}

/** The repeat is answered with the stored receipt, octet for octet; nothing is handed over a second time. */
async function again(at: Receiving, request: RawRequest, receipt: Buffer): Promise<void> {
  const { here, partner } = at;
  const { items: before } = await here.store.listMessages({ limit: 10 });
  const received = async (): Promise<number> =>
    (await here.events()).filter((event) => event.type === 'message.received').length;
  const [events, asked, duplicates] = [await received(), partner.requests.length, here.gateway.counters.duplicates];
  const answer = await here.post(request);
  const repeated = answer.status === 200 ? answer.body : await sentReceipt(at, asked + 1);
  assert.equal(repeated.toString(), receipt.toString());
  // Each sending of an asynchronous receipt counts as an attempt.
  const { items } = await here.store.listMessages({ limit: 10 });
  assert.deepEqual(
    items,
    before.map((item) => ({ ...item, attempts: item.attempts + (answer.status === 200 ? 0 : 1) })),
  );
  assert.equal(await received(), events);
  assert.equal(here.gateway.counters.duplicates, duplicates + 1);
}

/** Request `number` of the partner's side, once its sending is on record: until then a repeat causes no other. */
async function sentReceipt({ here, partner }: Receiving, number: number): Promise<Buffer> {
  const { body } = await partner.request(number);
  const messageId = /<eb:RefToMessageId>([^<]*)</.exec(body.toString())?.[1] ?? '';
  const receipts = partner.requests.filter((recorded) => recorded.body.includes('<eb:Acknowledgment ')).length;
  await untilMessage(here, messageId, (message) => message.attempts >= receipts);
  return body;
}

async function conflict(at: Receiving, request: RawRequest, code: ErrorCode): Promise<void> {
  const alerts = await alertsOf(at);
  await requireRefused(at, request, { code, error: SECURITY });
  const more = (await alertsOf(at)).slice(alerts.length);
  const type = code === 'DUPLICATE_CONFLICT' ? 'alert.duplicate-conflict' : 'alert.message-refused';
  assert.deepEqual(more, [type]);
}

async function changed(
  at: Receiving,
  one: Draft,
  change: (header: Draft['message']['header']) => Draft['message']['header'],
): Promise<RawRequest> {
  const message = { ...one.message, header: change(one.message.header) };
  return pack(await sealDraft({ ...one, message }, at.agreement), one.parts);
}
