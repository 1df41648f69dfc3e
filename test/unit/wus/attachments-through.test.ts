import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { WusAttachment, WusContent } from '../../../src/wus/content.ts';
import { attachmentSource } from '../../../src/wus/mtom/attachments.ts';
import { writeWusPackage } from '../../../src/wus/mtom/write-package.ts';
import { LARGE_MESSAGE_BYTES, largeMessageRemark } from '../../../src/wus/large-messages.ts';
import { XOP_NAMESPACE } from '../../../src/wus/namespaces.ts';
import type { BackendReply } from '../../setup/wus-backend.ts';
import { soapEnvelope } from '../../setup/wus-backend.ts';
import type { WusGateway } from '../../setup/wus-gateway.ts';
import { echo, echoAnswer, openWusPair, type WusPair } from '../../setup/wus-pair.ts';

const OCTETS = randomBytes(300_000);
const include = (id: string): string => `<x:Include xmlns:x="${XOP_NAMESPACE}" href="cid:${id}"/>`;

async function attach({ wus }: WusGateway, contentId = 'bijlage@test'): Promise<WusAttachment> {
  const writer = wus.createAttachment();
  await writer.write(OCTETS);
  const { body, size } = await writer.finish();
  return { contentId, contentType: 'application/pdf', size, content: body };
}

async function request(gateway: WusGateway): Promise<WusContent> {
  return { body: Buffer.from(echo(include('bijlage@test'))), attachments: [await attach(gateway)] };
}

async function reply(octets: Buffer): Promise<BackendReply> {
  const content = { inline: octets };
  const attachment = { contentId: 'terug@test', contentType: 'application/pdf', size: octets.length, content };
  const source = attachmentSource([attachment], { open: () => Promise.reject(new Error('it is in memory')) });
  const { contentType, body } = writeWusPackage(
    Buffer.from(soapEnvelope(echoAnswer(include('terug@test')))),
    [attachment],
    source,
  );
  assert.ok(body instanceof Uint8Array);
  return { contentType, body };
}

const filesOf = ({ folder }: WusGateway): readonly string[] =>
  readdirSync(join(folder, 'payloads'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

/** Nothing is kept: looked at again until what goes on after the answer is done. */
async function untilEmpty(gateway: WusGateway): Promise<void> {
  while (filesOf(gateway).length > 0) await gateway.wus.consultations.list({ limit: 1 });
}

describe('attachments of a consultation', () => {
  const pairs: WusPair[] = [];
  const open = async (options: Parameters<typeof openWusPair>[0]): Promise<WusPair> => {
    const pair = await openWusPair(options);
    pairs.push(pair);
    return pair;
  };
  after(() => Promise.all(pairs.map((pair) => pair.close())));

  for (const profile of ['2W-be', '2W-be-S'] as const) {
    it(`[Digikoppeling WM001] go to the backend and come back as they are under ${profile}, and are kept nowhere`, async () => {
      const pair = await open({ profile });
      let received: Buffer = Buffer.alloc(0);
      let contentType = '';
      pair.backend.answer = ({ headers, body }) => {
        received = body;
        contentType = String(headers['content-type']);
        return reply(OCTETS);
      };
      const called = await pair.call('', { content: await request(pair.consumer) });
      assert.match(contentType, /^multipart\/related;.*application\/xop\+xml/);
      assert.ok(received.includes(OCTETS));
      assert.ok(called.outcome.kind === 'answer');
      const [attachment] = called.outcome.content.attachments;
      assert.ok(attachment);
      assert.equal(attachment.contentId, 'terug@test');
      assert.equal(attachment.contentType, 'application/pdf');
      const stream = await pair.consumer.wus.openAttachment(attachment);
      assert.ok(Buffer.concat(await stream.toArray()).equals(OCTETS));
      await untilEmpty(pair.provider);
      assert.equal(filesOf(pair.consumer).length, 1);
      await called.release();
      assert.deepEqual(filesOf(pair.consumer), []);
    });
  }

  it('[Digikoppeling WB005] stand in the Body where it is encrypted, so that none is beside it', async () => {
    const pair = await open({ profile: '2W-be-SE', provided: { maxEnvelopeBytes: 2_000_000 } });
    pair.backend.answer = () => reply(OCTETS);
    let sent = '';
    pair.bend((one, forward) => {
      sent = String(one.headers['content-type']);
      return forward(one);
    });
    const { outcome } = await pair.call('', { content: await request(pair.consumer) });
    assert.equal(sent, 'text/xml; charset=UTF-8');
    assert.ok(outcome.kind === 'answer');
    assert.equal(outcome.content.attachments.length, 0);
    assert.ok(outcome.content.body.includes(OCTETS.toString('base64')));
    await untilEmpty(pair.provider);
    await untilEmpty(pair.consumer);
  });

  it('stand in the body for a backend that reads XML, and where the service sends none', async () => {
    const limits = { mtom: false, maxEnvelopeBytes: 2_000_000 };
    const pair = await open({
      provided: { ...limits, backend: { format: 'xml' } },
      consumed: { ...limits, mtom: true },
    });
    let received = '';
    pair.backend.answer = ({ body }) => {
      received = body.toString();
      return reply(OCTETS);
    };
    const { outcome } = await pair.call('', { content: await request(pair.consumer) });
    assert.ok(received.includes(OCTETS.toString('base64')));
    assert.ok(outcome.kind === 'answer');
    assert.equal(outcome.content.attachments.length, 0);
  });

  it('are refused where they do not fit into a body', async () => {
    const pair = await open({ provided: { backend: { format: 'xml' }, maxEnvelopeBytes: 100_000 } });
    const { outcome } = await pair.call('', { content: await request(pair.consumer) });
    assert.ok(outcome.kind === 'fault');
    assert.equal(outcome.fault.faultstring.slice(0, 5), '0001 ');
    assert.equal(pair.backend.calls.length, 0);
    await untilEmpty(pair.provider);
  });

  it('are kept nowhere when the call fails, and when the answer is refused', async () => {
    const pair = await open({});
    pair.backend.answer = () => reply(OCTETS);
    pair.bend(async (one, forward) => ({ ...(await forward(one)), status: 404 }));
    await assert.rejects(pair.call('', { content: await request(pair.consumer) }), { code: 'WUS_PEER_ANSWER' });
    pair.bend(() => Promise.reject(new Error('the line')));
    await assert.rejects(pair.call('', { content: await request(pair.consumer) }), { code: 'INTERNAL' });
    await assert.rejects(pair.call('', { service: 'nobody', content: await request(pair.consumer) }), {
      code: 'NOT_FOUND',
    });
    await untilEmpty(pair.consumer);
    await untilEmpty(pair.provider);
  });

  it('[Digikoppeling WM001] under 2W-be-SE are bound by the limit of an envelope, which is said on both sides', async () => {
    const pair = await open({
      profile: '2W-be-SE',
      provided: { maxEnvelopeBytes: 200_000 },
      consumed: { maxEnvelopeBytes: 200_000 },
    });
    pair.backend.answer = () => reply(OCTETS);
    const { outcome } = await pair.call('kort');
    assert.ok(outcome.kind === 'fault');
    assert.equal(outcome.fault.faultstring, '0051 The attachments do not fit in the body.');
    const [record] = (await pair.provider.wus.consultations.list({ limit: 1 })).items;
    assert.deepEqual([record?.result, record?.code], ['failed', 'WUS_INLINE_LIMIT']);
    await assert.rejects(pair.call('', { content: await request(pair.consumer) }), { code: 'WUS_INLINE_LIMIT' });
    await untilEmpty(pair.consumer);
    await untilEmpty(pair.provider);
  });

  it('are kept nowhere when the answer of the backend is refused', async () => {
    const pair = await open({});
    pair.backend.answer = async () => ({ ...(await reply(OCTETS)), status: 500 });
    const { outcome } = await pair.call('', { content: await request(pair.consumer) });
    assert.ok(outcome.kind === 'fault');
    assert.equal(outcome.fault.faultstring.slice(0, 5), '0051 ');
    await untilEmpty(pair.provider);
  });
});

const content = (size: number): WusContent => ({
  body: Buffer.alloc(10),
  attachments: [{ contentId: 'a', contentType: 'x/y', size: size - 10, content: { file: 'x' } }],
});

describe('a message over 20 MiB', () => {
  it('is worth a remark, and one of 20 MiB is not', () => {
    assert.equal(largeMessageRemark(content(LARGE_MESSAGE_BYTES)), undefined);
    assert.match(largeMessageRemark(content(LARGE_MESSAGE_BYTES + 1)) ?? '', /20971521 octets/);
  });

  it('is remarked in the log and in the record of both sides', async () => {
    const limits = { maxEnvelopeBytes: LARGE_MESSAGE_BYTES * 2 };
    const pair = await openWusPair({ profile: '2W-be', provided: limits, consumed: limits });
    try {
      pair.backend.answer = () => ({ contentType: 'application/xml', body: echoAnswer('') });
      const { consultation } = await pair.call('x'.repeat(LARGE_MESSAGE_BYTES));
      const ours = await pair.consumer.wus.consultations.find(consultation);
      const theirs = (await pair.provider.wus.consultations.list({ limit: 1 })).items[0];
      for (const detail of [ours.detail, theirs?.detail]) assert.match(detail ?? '', /over 20 MiB/);
      for (const { warnings } of [pair.consumer, pair.provider])
        assert.ok(warnings.some(({ message }) => message.includes('over 20 MiB')));
    } finally {
      await pair.close();
    }
  });
});
