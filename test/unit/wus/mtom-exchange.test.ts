import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { includeOf, octets, verdict } from '../../setup/wus-packages.ts';
import { soapEnvelope } from '../../setup/wus-backend.ts';
import type { WusGateway } from '../../setup/wus-gateway.ts';
import { echo, openWusPair, sampleWsdl, type WusPair, type WusPairOptions } from '../../setup/wus-pair.ts';
import type { WusAttachment } from '../../../src/wus/content.ts';
import type { WusProfileName } from '../../../src/wus/profiles.ts';
import type { WusCalled } from '../../../src/wus/wus.ts';
import { writeWusPackage } from '../../../src/wus/mtom/write-package.ts';
import { attachmentSource } from '../../../src/wus/mtom/attachments.ts';

const REGISTER = 'http://dienst.voorbeeld.example/schema/bevraging_v1';
const LARGE = octets(300_000);

describe('attachments from application to application', () => {
  let pair: WusPair;

  afterEach(() => pair.close());

  const profiles: readonly WusProfileName[] = ['2W-be', '2W-be-S', '2W-be-SE'];
  for (const profile of profiles) {
    it(`WM001 ${profile}: what the caller attaches reaches the backend, and what the backend attaches reaches the caller`, async () => {
      pair = await openWusPair({ profile });
      const answer = writeWusPackage(
        Buffer.from(soapEnvelope(answerOf(includeOf('cid:back@x')))),
        [{ contentId: 'back@x', contentType: 'application/pdf', size: 3, content: { inline: Buffer.from('abc') } }],
        attachmentSource([], pair.provider.payloads),
      );
      assert.ok(answer.body instanceof Uint8Array);
      const { body, contentType } = { ...answer, body: answer.body };
      pair.backend.answer = () => ({ contentType, body });
      const called = await callWith(pair, await stored(pair.consumer, LARGE));
      assert.match(asked(pair), profile === '2W-be-SE' ? /^text\/xml/ : /^multipart\/related; .*application\/xop\+xml/);
      assert.ok(pair.backend.calls[0]?.body.includes(profile === '2W-be-SE' ? LARGE.toString('base64') : LARGE));
      assert.match(await contentIn(called, pair.consumer), /^abc$|YWJj/);
      await called.release();
      await requireNothingLeft(pair);
    });
  }

  it('WM001 a service that sends no attachments has them as base64 in the Body', async () => {
    pair = await openWusPair({ consumed: { mtom: false }, provided: { mtom: false } });
    const called = await callWith(pair, await stored(pair.consumer, LARGE));
    assert.match(asked(pair), /^text\/xml/);
    assert.ok(pair.backend.calls[0]?.body.includes(LARGE.toString('base64')));
    await called.release();
    await requireNothingLeft(pair);
  });

  it('WM001 base64 that the schema calls binary travels as an attachment where the service sends them', async () => {
    pair = await openRegister({ mtom: true });
    const called = await callRegister(pair, LARGE);
    assert.ok(called.outcome.kind === 'answer');
    const [attachment] = called.outcome.content.attachments;
    assert.equal(attachment?.size, LARGE.length);
    assert.deepEqual(await buffer(await pair.consumer.wus.openAttachment(attachment)), LARGE);
    await called.release();
    await requireNothingLeft(pair);
  });

  it('WM001 and stays where it is where it does not', async () => {
    pair = await openRegister({ mtom: false });
    const called = await callRegister(pair, LARGE);
    assert.ok(called.outcome.kind === 'answer');
    assert.equal(called.outcome.content.attachments.length, 0);
    assert.ok(called.outcome.content.body.includes(LARGE.toString('base64')));
  });

  it('WM001 an answer of the backend with an Include of nothing is none', async () => {
    pair = await openWusPair();
    pair.backend.answer = () => ({ body: soapEnvelope(answerOf(includeOf('cid:none@x'))) });
    assert.equal(await verdict(faultOf(pair)), 'taken');
    assert.ok(pair.provider.warnings.some(({ fields }) => 'code' in fields && fields.code === 'BACKEND_ANSWER'));
  });

  it('WM001 nothing stays in the payload store of a call whose attachment is missing', async () => {
    pair = await openWusPair();
    const content = {
      body: Buffer.from(echo(includeOf('cid:none@x'))),
      attachments: [await stored(pair.consumer, LARGE)],
    };
    assert.equal(await verdict(pair.call('', { content })), 'WUS_ATTACHMENT');
    await requireNothingLeft(pair);
  });
});

const answerOf = (content: string): string => echo(content).replaceAll('e:echo', 'e:echoAntwoord');

async function faultOf(pair: WusPair): Promise<void> {
  const { outcome } = await pair.call('x');
  assert.equal(outcome.kind, 'fault');
}

async function stored(gateway: WusGateway, content: Buffer): Promise<WusAttachment> {
  const writer = gateway.wus.createAttachment();
  await writer.write(content);
  const { body, size } = await writer.finish();
  return { contentId: 'there@x', contentType: 'application/pdf', size, content: body };
}

function callWith(pair: WusPair, attachment: WusAttachment): Promise<WusCalled> {
  const content = { body: Buffer.from(echo(includeOf(`cid:${attachment.contentId}`))), attachments: [attachment] };
  return pair.call('', { content });
}

/** The Content-Type that the backend was asked with. */
function asked({ backend }: WusPair): string {
  return backend.calls.at(-1)?.headers['content-type'] ?? '';
}

async function contentIn({ outcome }: WusCalled, gateway: WusGateway): Promise<string> {
  assert.ok(outcome.kind === 'answer');
  const { body, attachments } = outcome.content;
  const [attachment] = attachments;
  return attachment === undefined
    ? body.toString()
    : (await buffer(await gateway.wus.openAttachment(attachment))).toString();
}

/** The register of the samples, whose documents are xs:base64Binary; its application answers with base64. */
async function openRegister({ mtom }: { readonly mtom: boolean }): Promise<WusPair> {
  const wsdl = await sampleWsdl('bevraging_v1.wsdl');
  const more: WusPairOptions = { provided: { wsdl, mtom }, consumed: { wsdl, mtom } };
  return openWusPair(more);
}

async function callRegister(pair: WusPair, content: Buffer): Promise<WusCalled> {
  const document = `<document xmlns="${REGISTER}"><naam>n</naam><inhoud>${content.toString('base64')}</inhoud></document>`;
  pair.backend.answer = () => ({ body: soapEnvelope(document) });
  const body = Buffer.from(`<geefDocument xmlns="${REGISTER}"><nummer>V12345678</nummer></geefDocument>`);
  return pair.call('', { content: { body, attachments: [] } });
}

/** Once both have done what they do behind their answers. */
async function requireNothingLeft({ consumer, provider }: WusPair): Promise<void> {
  await Promise.all([consumer.wus.stop(), provider.wus.stop()]);
  for (const { folder } of [consumer, provider]) {
    const files = readdirSync(join(folder, 'payloads'), { recursive: true, withFileTypes: true });
    assert.deepEqual(
      files.filter((one) => one.isFile()).map((one) => one.name),
      [],
    );
  }
}
