import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type ApplicationAnswer, createCallPartner } from '../../../src/wus/application/call-partner.ts';
import type { BodyForm } from '../../../src/wus/application/body-form.ts';
import { jsonTranslation } from '../../../src/wus/application/json-translation.ts';
import { attachmentSource } from '../../../src/wus/mtom/attachments.ts';
import { writeWusPackage } from '../../../src/wus/mtom/write-package.ts';
import { XOP_NAMESPACE } from '../../../src/wus/namespaces.ts';
import { soapEnvelope } from '../../setup/wus-backend.ts';
import { lastEnded, type WusGateway } from '../../setup/wus-gateway.ts';
import { ECHO_NAMESPACE, echo, echoAnswer, openWusPair, type WusPair } from '../../setup/wus-pair.ts';

/** No element of the WSDL. */
const UNKNOWN = `<e:echoAntwoord xmlns:e="${ECHO_NAMESPACE}"><e:onbekend>x</e:onbekend></e:echoAntwoord>`;
const OCTETS = randomBytes(300_000);

describe('the record of a consultation whose answer the application could not be given', () => {
  let pair: WusPair;
  before(async () => {
    pair = await openWusPair({ consumed: { maxEnvelopeBytes: 200_000, logContent: true } });
  });
  after(() => pair.close());

  const ask = (answerAs: BodyForm): Promise<ApplicationAnswer> => {
    const { wus, payloads } = pair.consumer;
    const callPartner = createCallPartner({ wus, payloads, translation: jsonTranslation });
    const body = Readable.from([Buffer.from(echo('a'))]);
    return callPartner({ service: 'echo', operation: undefined, contentType: 'application/xml', answerAs, body });
  };

  it('JSON cannot say it: the partner answered, here it is undelivered, with the code of the translation', async () => {
    pair.backend.answer = () => ({ body: soapEnvelope(UNKNOWN) });
    await assert.rejects(ask('json'), { code: 'WUS_ANSWER_REFUSED', detail: /^TRANSLATION_IMPOSSIBLE: / });
    const here = await lastEnded(pair.consumer);
    assert.deepEqual([here.result, here.code], ['undelivered', 'TRANSLATION_IMPOSSIBLE']);
    assert.match(here.detail ?? '', /onbekend/);
    const { request, answer } = await pair.consumer.wus.consultations.find(here.id);
    assert.equal(Buffer.from(request ?? []).toString(), echo('a'));
    assert.match(Buffer.from(answer ?? []).toString(), /<e:onbekend>x</);
    const there = await lastEnded(pair.provider);
    assert.deepEqual([there.result, there.answerId], ['answered', here.answerId]);
    assert.ok(pair.consumer.warnings.some(({ fields }) => 'result' in fields && fields.result === 'undelivered'));
  });

  it('the same answer as XML is answered', async () => {
    pair.backend.answer = () => ({ body: soapEnvelope(UNKNOWN) });
    const called = await ask('xml');
    const { outcome, consultation } = called;
    assert.ok(outcome.kind === 'answer' && outcome.answer.body instanceof Uint8Array);
    assert.match(Buffer.from(outcome.answer.body).toString(), /<e:onbekend>x</);
    await called.release();
    const { result, code, id } = await lastEnded(pair.consumer);
    assert.deepEqual([result, code, id], ['answered', undefined, consultation]);
  });

  it('too much to stand in the body: undelivered with WUS_INLINE_LIMIT, and nothing of it is kept', async () => {
    const attachment = { contentId: 'terug@test', contentType: 'application/pdf', size: OCTETS.length };
    const attachments = [{ ...attachment, content: { inline: OCTETS } }];
    const include = `<x:Include xmlns:x="${XOP_NAMESPACE}" href="cid:terug@test"/>`;
    const source = attachmentSource(attachments, { open: () => Promise.reject(new Error('it is in memory')) });
    const { contentType, body } = writeWusPackage(Buffer.from(soapEnvelope(echoAnswer(include))), attachments, source);
    assert.ok(body instanceof Uint8Array);
    pair.backend.answer = () => ({ contentType, body });
    await assert.rejects(ask('xml'), { code: 'WUS_INLINE_LIMIT' });
    const { result, code } = await lastEnded(pair.consumer);
    assert.deepEqual([result, code], ['undelivered', 'WUS_INLINE_LIMIT']);
    assert.deepEqual(filesOf(pair.consumer), []);
    const whole = await ask('mtom');
    assert.equal((await lastEnded(pair.consumer)).result, 'answered');
    await whole.release();
    const found = await pair.consumer.wus.consultations.list({ result: 'undelivered', limit: 10 });
    assert.equal(found.items.length, 2);
  });
});

function filesOf({ folder }: WusGateway): readonly string[] {
  return readdirSync(join(folder, 'payloads'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}
