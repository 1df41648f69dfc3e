import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { parseCpa } from '../../src/cpa/parse-cpa.ts';
import type { Agreement } from '../../src/cpa/agreement.ts';
import { parsePartyKey, parseServiceKey, resolveSend } from '../../src/cpa/resolve.ts';
import { toDateTime } from '../../src/clock.ts';
import type { ApplicationMessage } from '../../src/ebms/message.ts';
import { writeMessage } from '../../src/ebms/write-message.ts';
import { ERRORS, type ErrorCode, GatewayError } from '../../src/errors.ts';
import { newMessageId } from '../../src/ids.ts';
import { encodeCid } from '../../src/mime/content-id.ts';
import { writeFault } from '../../src/soap/fault.ts';
import { ACTOR_NEXT } from '../../src/soap/header-blocks.ts';
import { digestAlgorithm } from '../../src/xmlsec/algorithms.ts';
import { signEnvelope } from '../../src/xmlsec/sign.ts';
import { ACTION, type ContractTerms, contract, dienst, gemeente, SERVICE } from './msh-contracts.ts';
import { MovableClock, openPartyGateway, Routes } from './msh-pair.ts';
import { openRecordingPartner, type RecordingPartner } from './recording-partner.ts';
import type { RawAnswer, RawRequest, TestGateway, TestGatewayOptions } from './test-gateway.ts';
import type { TestParty } from './test-keys.ts';

/** The gateway of dienst, and gemeente as a partner whose messages a test makes by hand. */
export interface Receiving {
  readonly here: TestGateway;
  readonly partner: RecordingPartner;
  readonly clock: MovableClock;
  readonly agreement: Agreement;
}

export async function withReceiver(
  terms: ContractTerms,
  use: (at: Receiving) => Promise<void>,
  more: Partial<TestGatewayOptions> = {},
): Promise<void> {
  const partner = await openRecordingPartner();
  const routes = new Routes();
  routes.lead(gemeente.endpoint, partner.url);
  const clock = new MovableClock();
  const cpa = contract(terms);
  const here = await openPartyGateway(dienst, { cpas: [cpa], clock, transport: routes.transport(), ...more });
  try {
    await use({ here, partner, clock, agreement: agreementIn(cpa) });
  } finally {
    await here.close();
    await partner.close();
  }
}

export function agreementIn(bytes: Uint8Array): Agreement {
  const cpa = parseCpa(bytes);
  const from = parsePartyKey(gemeente.key, cpa);
  return resolveSend(cpa, { from: [from], service: parseServiceKey(SERVICE, cpa), action: ACTION });
}

export interface DraftPart {
  readonly contentId: string;
  readonly body: Buffer;
  readonly contentType?: string;
}

export interface Draft {
  readonly message: ApplicationMessage;
  readonly parts: readonly DraftPart[];
}

const DOCUMENT: DraftPart = { contentId: 'document@gemeente.test', body: Buffer.from('<melding>één</melding>\r\n') };

/** A message of gemeente that follows the contract in everything. */
export function draft({ agreement, clock }: Pick<Receiving, 'agreement' | 'clock'>, parts = [DOCUMENT]): Draft {
  const now = clock.now();
  const { reliable, retryInterval, retries } = agreement.retry;
  const message: ApplicationMessage = {
    kind: 'ApplicationMessage',
    header: {
      version: '2.0',
      from: { partyIds: agreement.from.partyIds, role: agreement.from.role },
      to: { partyIds: agreement.to.partyIds, role: agreement.to.role },
      cpaId: agreement.cpa.cpaId,
      conversationId: 'conversation-1',
      service: agreement.service,
      action: agreement.action,
      messageData: {
        messageId: newMessageId('gemeente.test'),
        timestamp: toDateTime(now),
        refToMessageId: undefined,
        timeToLive: reliable ? toDateTime(now + retryInterval * (retries + 1)) : undefined,
      },
      duplicateElimination: agreement.duplicateElimination === 'always',
      descriptions: [],
    },
    syncReply: agreement.syncReplyMode === 'none' ? undefined : { version: '2.0', actor: ACTOR_NEXT },
    messageOrder: undefined,
    ackRequested:
      agreement.ackRequested === 'always'
        ? { version: '2.0', actor: agreement.actor, signed: agreement.ackSignatureRequested === 'always' }
        : undefined,
    nextMshAckRequested: false,
    manifest: {
      version: '2.0',
      references: parts.map(({ contentId }) => ({ href: encodeCid(contentId), role: undefined })),
    },
  };
  return { message, parts };
}

/** Markup of a draft, unsigned. */
export function markupOf({ message }: Draft): string {
  return writeMessage(message);
}

/** Signs any markup with its parts as the contract asks; `keys` are those of gemeente unless a test takes others. */
export function signMarkup(
  markup: string,
  parts: readonly DraftPart[],
  { agreement, keys = gemeente.keys }: { readonly agreement: Agreement; readonly keys?: TestParty },
): Promise<Buffer> {
  const terms = agreement.signing;
  const digest = terms?.hashFunction ?? 'http://www.w3.org/2001/04/xmlenc#sha256';
  const name = digestAlgorithm(digest)?.hash ?? 'sha256';
  return signEnvelope({
    envelope: markup,
    parts: parts.map(({ contentId, body }) => ({ contentId, digest: hash(name, body, 'buffer') })),
    digest,
    signature: terms?.signatureAlgorithm ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    certificate: keys.certificate,
    sign: keys.sign,
  });
}

/** The envelope of a draft: signed where the contract signs. */
export async function sealDraft(one: Draft, agreement: Agreement): Promise<Buffer> {
  const markup = markupOf(one);
  return agreement.signing === undefined ? Buffer.from(markup) : signMarkup(markup, one.parts, { agreement });
}

export interface Packing {
  readonly boundary?: string;
  /** Header lines of each part; `content-id` comes from the part. */
  readonly partHeaders?: (part: { readonly contentId: string; readonly contentType: string }) => readonly string[];
  readonly encode?: (body: Buffer) => Buffer;
  readonly preamble?: string;
  readonly contentType?: (boundary: string) => string;
  /** Where the envelope stands among the parts; first when absent. */
  readonly rootAt?: number;
}

const ROOT_ID = 'envelope@gemeente.test';

/** The HTTP request of an envelope and its parts; `packing` says what may be put in another way. */
export function pack(envelope: Uint8Array | string, parts: readonly DraftPart[], packing: Packing = {}): RawRequest {
  const boundary = packing.boundary ?? 'MIME_boundary';
  const { encode = (body: Buffer) => body, partHeaders = plainHeaders, preamble = '' } = packing;
  const chunks = parts.map(({ contentId, body, contentType = 'application/xml' }) => ({
    lines: partHeaders({ contentId, contentType }),
    body: encode(body),
  }));
  const root = {
    lines: plainHeaders({ contentId: ROOT_ID, contentType: 'text/xml; charset=UTF-8' }),
    body: Buffer.from(envelope),
  };
  chunks.splice(packing.rootAt ?? 0, 0, root);
  const body = chunks.flatMap(({ lines, body: octets }) => [
    Buffer.from(`--${boundary}\r\n${lines.join('\r\n')}\r\n\r\n`),
    octets,
    Buffer.from('\r\n'),
  ]);
  const type = `multipart/related; boundary="${boundary}"; type="text/xml"; start="<${ROOT_ID}>"`;
  return {
    headers: { 'content-type': packing.contentType?.(boundary) ?? type, soapaction: '"ebXML"' },
    body: Buffer.concat([Buffer.from(preamble), ...body, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

function plainHeaders({ contentId, contentType }: { contentId: string; contentType: string }): readonly string[] {
  return [`Content-Type: ${contentType}`, `Content-ID: <${contentId}>`, 'Content-Transfer-Encoding: binary'];
}

/** Posts an honest message and requires that it was accepted, as many messages as there then are. */
export async function requireAccepted(at: Receiving, request: RawRequest): Promise<RawAnswer> {
  const before = await countMessages(at.here);
  const answer = await at.here.post(request);
  assert.ok(answer.status === 200 || answer.status === 204, `${answer.status} ${answer.body.toString()}`);
  assert.doesNotMatch(answer.body.toString(), /ErrorList/);
  assert.equal(await countMessages(at.here), before + 1, await lastRefusal(at.here));
  return answer;
}

async function countMessages({ store }: TestGateway): Promise<number> {
  return (await store.listMessages({ limit: 100 })).items.length;
}

async function lastRefusal({ store }: TestGateway): Promise<string> {
  const [refusal] = (await store.listRefusals({ limit: 1 })).items;
  return `${refusal?.code} ${refusal?.location} ${refusal?.detail}`;
}

export interface Refused {
  readonly code: ErrorCode;
  /** errorCode and location of the MessageError; a SOAP Fault when absent. */
  readonly error?: readonly [errorCode: string, location: string | undefined];
  /** HTTP alone answers. */
  readonly status?: number;
}

export const SECURITY = ['SecurityFailure', '//Header/Signature'] as const;

/** Refused without a mark: no receipt, messages as before, one refusal, and the fixed text for the partner. */
export async function requireRefused(at: Receiving, request: RawRequest, expected: Refused): Promise<void> {
  const { here, partner } = at;
  const before = await here.store.listMessages({ limit: 100 });
  const refusals = (await here.store.listRefusals({ limit: 100 })).items.length;
  const counted = here.gateway.counters.refused[expected.code] ?? 0;
  const asked = partner.requests.length;
  const answer = await here.post(request);
  const { items } = await here.store.listRefusals({ limit: 100 });
  const [newest] = items;
  assert.equal(`${newest?.code}`, expected.code, `${newest?.location} ${newest?.detail} ${answer.body.toString()}`);
  assert.equal(items.length, refusals + 1);
  assert.ok((newest?.sample.length ?? 0) <= 4096);
  assert.equal(here.gateway.counters.refused[expected.code], counted + 1);
  assert.deepEqual(await here.store.listMessages({ limit: 100 }), before);
  const { answers } = await requireText(answer, expected, async () => (await partner.request(asked + 1)).body);
  for (const body of [...answers, ...partner.requests.slice(asked).map((recorded) => recorded.body)])
    assert.doesNotMatch(body.toString(), /<eb:Acknowledgment[ >]|>Acknowledgment</);
}

async function requireText(
  answer: RawAnswer,
  { code, error, status }: Refused,
  later: () => Promise<Buffer>,
): Promise<{ readonly answers: readonly Buffer[] }> {
  if (error === undefined) {
    assert.equal(answer.status, status ?? 500);
    if (status === undefined) assert.equal(answer.body.toString(), writeFault(new GatewayError(code)).toString());
    return { answers: [answer.body] };
  }
  assert.ok(answer.status === 200 || answer.status === 204, `HTTP ${answer.status}`);
  const body = answer.status === 200 ? answer.body : await later();
  const text = body.toString();
  const [errorCode, location] = error;
  const found =
    /<eb:Error eb:codeContext="[^"]*" eb:errorCode="([^"]*)"(?: eb:location="([^"]*)")? eb:severity="Error">/.exec(
      text,
    );
  assert.deepEqual([found?.[1], found?.[2]], [errorCode, location]);
  assert.equal(/<eb:Description[^>]*>([^<]*)</.exec(text)?.[1], ERRORS[code].title);
  return { answers: [answer.body, body] };
}

/** Types of the alerts so far. */
export async function alertsOf({ here }: Pick<Receiving, 'here'>): Promise<readonly string[]> {
  return (await here.events()).map(({ type }) => type).filter((type) => type.startsWith('alert.'));
}
