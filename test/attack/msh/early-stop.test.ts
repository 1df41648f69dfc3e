import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ErrorCode } from '../../../src/errors.ts';
import type { Refusal } from '../../../src/ports/store.ts';
import type { OutgoingAnswer } from '../../../src/ports/transport.ts';
import { createCa, issueCertificate, type TestCa } from '../../../src/trust/test-pki.ts';
import { gemeente } from '../../setup/msh-contracts.ts';
import {
  type Draft,
  draft,
  markupOf,
  pack,
  type Receiving,
  requireAccepted,
  sealDraft,
  withReceiver,
} from '../../setup/msh-partner.ts';
import { receiptFor, withSender } from '../../setup/msh-receipts.ts';
import type { RawRequest, TestGateway } from '../../setup/test-gateway.ts';

const CHUNK = 64 * 1024;
const HUGE = 256 * 1024 * 1024;
/** Envelope, what a stream reads ahead, and what waits for a lookup. */
const SOON = 16 * CHUNK;

interface Upload {
  readonly body: Readable;
  readonly read: () => number;
}

/** The first part of a package, and behind it a part that goes on and on. */
function upload(request: RawRequest, envelope: Buffer): Upload {
  const whole = Buffer.from(request.body);
  const head = whole.subarray(0, whole.indexOf(envelope) + envelope.length);
  const boundary = head.subarray(0, head.indexOf('\r\n')).toString();
  let read = 0;
  function* octets(): Generator<Buffer> {
    yield head;
    yield Buffer.from(`\r\n${boundary}\r\nContent-ID: <document@gemeente.test>\r\n\r\n`);
    for (; read < HUGE; read += CHUNK) yield Buffer.alloc(CHUNK, 'x');
    yield Buffer.from(`\r\n${boundary}--\r\n`);
  }
  return { body: Readable.from(octets(), { objectMode: false, highWaterMark: CHUNK }), read: () => read };
}

async function hand(
  { gateway }: TestGateway,
  { headers }: RawRequest,
  from: { readonly body: Readable; readonly certificate?: Uint8Array | undefined },
): Promise<OutgoingAnswer> {
  const { body, certificate: clientCertificate } = from;
  return await gateway.receive({ method: 'POST', path: '/ebms', headers, remote: 'test', clientCertificate, body });
}

type Header = Draft['message']['header'];

function changed(one: Draft, change: (header: Header) => Partial<Header>): Draft {
  const { header } = one.message;
  return { ...one, message: { ...one.message, header: { ...header, ...change(header) } } };
}

/** What the operator sees of it, without what differs at each request. */
async function lastRefusal({ store }: TestGateway): Promise<Partial<Refusal>> {
  const { id: _id, at: _at, sample, ...refusal } = (await store.listRefusals({ limit: 1 })).items[0] ?? assert.fail();
  return { ...refusal, sample: Buffer.from(sample) };
}

const payloadFiles = ({ folder }: TestGateway): string[] =>
  readdirSync(join(folder, 'payloads'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

describe('a body whose envelope is refused', () => {
  let ca: TestCa;
  const certificateOf = async (oin: string): Promise<Uint8Array> =>
    new X509Certificate((await issueCertificate({ ca, oin, cn: 'somebody', keyBits: 2048 })).certificate).raw;

  before(async () => {
    ca = await createCa({ name: 'CA', keyBits: 2048 });
  });

  const rows: Readonly<
    Record<string, readonly [code: ErrorCode, oin: string, change: (header: Header) => Partial<Header>]>
  > = {
    'an unknown CPA': ['CPA_UNKNOWN', gemeente.oin, () => ({ cpaId: 'other' })],
    'to another party': ['NOT_OUR_PARTY', gemeente.oin, ({ from }) => ({ to: from })],
    'from who is not the From party': ['TLS_CLIENT_CERTIFICATE', '00000099000000009000', () => ({})],
    'an action that is not agreed': ['ACTION_NOT_AGREED', gemeente.oin, () => ({ action: 'anders' })],
  };
  for (const sync of [false, true]) {
    for (const [what, [code, oin, change]] of Object.entries(rows)) {
      it(`A54 ${what}${sync ? ', synchronous' : ''}: not read on, and answered as a small one is`, () =>
        withReceiver({ profile: 'osb-rm-s', sync }, async (at) => {
          const certificate = await certificateOf(oin);
          const one = changed(draft(at), change);
          const envelope = await sealDraft(one, at.agreement);
          const small = pack(envelope, one.parts);
          const expected = await hand(at.here, small, { body: Readable.from([Buffer.from(small.body)]), certificate });
          const before = await lastRefusal(at.here);
          assert.equal(before.code, code);
          assert.ok((before.sample?.length ?? 0) > 1000);
          const { body, read } = upload(small, envelope);
          const answer = await hand(at.here, small, { body, certificate });
          assert.ok(read() < SOON, `${read()} octets were read`);
          assert.equal(answer.status, expected.status);
          assert.equal(sizeOf(answer), sizeOf(expected));
          assert.deepEqual(await lastRefusal(at.here), before);
          assert.deepEqual(payloadFiles(at.here), []);
        }));
    }
  }

  it('A54 the parts of a signal are not read', () =>
    withSender({ profile: 'osb-rm' }, async (at) => {
      const messageId = await at.send();
      const receipt = await receiptFor(await at.sent(messageId));
      const request = pack(receipt, []);
      const { body, read } = upload(request, receipt);
      assert.equal((await hand(at.here, request, { body, certificate: undefined })).status, 204);
      assert.ok(read() < SOON, `${read()} octets were read`);
      assert.equal((await at.here.gateway.messages.find(messageId, 'out')).state, 'DELIVERED');
    }));

  it('A54 without TLS a copy of a known message is still told from others by its parts', () =>
    withReceiver({ profile: 'osb-rm-s' }, async (at) => {
      const one = changed(draft(at), () => ({ action: 'anders' }));
      const envelope = await sealDraft(one, at.agreement);
      const body = Readable.from([Buffer.from(pack(envelope, one.parts).body)]);
      await hand(at.here, pack(envelope, one.parts), { body, certificate: undefined });
      assert.equal((await lastRefusal(at.here)).code, 'ACTION_NOT_AGREED');
    }));

  it('A47 A54 a start that names no part: the first part is the root once 16 MiB have come', () =>
    withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
      const big = { contentId: 'big@gemeente.test', body: Buffer.alloc(20 * 1024 * 1024, 'x') };
      const one = draft(at, [big]);
      const honest = await sealDraft(one, at.agreement);
      await requireAccepted(at, pack(honest, one.parts, { contentType: namesNobody }));
      const stranger = Buffer.from(markupOf(changed(draft(at), () => ({ cpaId: 'other' }))));
      const { body, read } = upload(pack(stranger, []), stranger);
      const answer = await hand(at.here, pack(stranger, [], { contentType: namesNobody }), { body });
      assert.equal(answer.status, 500);
      assert.equal((await lastRefusal(at.here)).code, 'CPA_UNKNOWN');
      assert.ok(read() < 24 * 1024 * 1024, `${read()} octets were read`);
    }));

  it('A54 no more than 16 MiB come before the envelope', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      const [small, large] = [10, 17].map((mib) => ({
        contentId: `big${mib}@gemeente.test`,
        body: Buffer.alloc(mib * 1024 * 1024, 'x'),
      }));
      assert.ok(small !== undefined && large !== undefined);
      for (const parts of [[large], [small, { ...small, contentId: 'more@gemeente.test' }]]) {
        const one = draft(at, parts);
        const request = pack(markupOf(one), parts, { rootAt: parts.length });
        const answer = await hand(at.here, request, { body: Readable.from([Buffer.from(request.body)]) });
        assert.equal(answer.status, 500);
        const { code } = await lastRefusal(at.here);
        assert.ok(code === 'MIME_LIMIT' || code === 'XML_LIMIT', code);
        assert.deepEqual(payloadFiles(at.here), []);
      }
      const one = draft(at, [small]);
      await requireAccepted(at, pack(markupOf(one), [small], { rootAt: 1 }));
    }));

  it('A54 who writes on still reads the answer, and the connection is closed', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      const request = refusedRequest(at);
      const sent = await writeAll(at.here.url, request, 2_000_000_000);
      assert.match(sent.answer, /^HTTP\/1\.1 500 /);
      assert.match(sent.answer, /\r\nConnection: close\r\n/i);
      assert.ok(sent.answer.includes('Fault'), sent.answer);
      assert.ok(sent.octets < 50_000_000, `${sent.octets} octets went out`);
    }));

  it('a small one leaves the connection open for the next', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      const { headers, body } = refusedRequest(at);
      const text = httpText(headers, Buffer.from(body));
      const socket = connect(Number(new URL(at.here.url).port), '127.0.0.1');
      const answers = countAnswers(socket);
      socket.write(text);
      await answers.until(1);
      socket.write(text);
      await answers.until(2);
      socket.destroy();
    }));
});

const sizeOf = ({ body }: OutgoingAnswer): number | undefined => (body instanceof Readable ? undefined : body?.length);

const namesNobody = (boundary: string): string =>
  `multipart/related; boundary=${boundary}; type="text/xml"; start="<nobody@x>"`;

function refusedRequest(at: Receiving): RawRequest {
  const one = changed(draft(at), () => ({ cpaId: 'other' }));
  return pack(markupOf(one), one.parts);
}

function httpText(headers: RawRequest['headers'], body: Buffer, contentLength = body.length): Buffer {
  const lines = Object.entries({ ...headers, 'content-length': contentLength, host: 'x' });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`POST /ebms HTTP/1.1\r\n${head}\r\n`), body]);
}

/** Writes until it cannot any more, and reads at the same time. */
async function writeAll(
  url: string,
  { headers, body }: RawRequest,
  octets: number,
): Promise<{ readonly answer: string; readonly octets: number }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  let written = 0;
  const ended = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
  });
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  const whole = Buffer.from(body);
  socket.write(httpText(headers, whole.subarray(0, whole.lastIndexOf('--MIME_boundary--') - 2), octets));
  while (!socket.destroyed && written < octets) {
    written += CHUNK;
    await Promise.race([new Promise((resolve) => socket.write(Buffer.alloc(CHUNK, 'x'), resolve)), ended]);
  }
  await ended;
  return { answer, octets: written };
}

function countAnswers(socket: ReturnType<typeof connect>): { until(count: number): Promise<void> } {
  let text = '';
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const seen = (): number => text.match(/<\/[^>]*Envelope>/g)?.length ?? 0;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    for (const { count, resolve } of waiting) if (seen() >= count) resolve();
  });
  return { until: (count) => new Promise((resolve) => void waiting.push({ count, resolve })) };
}
