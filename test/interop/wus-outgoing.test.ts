import assert from 'node:assert/strict';
import { constants, createDecipheriv, privateDecrypt } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { GatewayError } from '../../src/errors.ts';
import { XOP_NAMESPACE } from '../../src/wus/namespaces.ts';
import type { WusProfileName } from '../../src/wus/profiles.ts';
import { askXmlCrypto, askXmlsec1 } from '../conformance/xmlsec/wus-verifiers.ts';
import { xmlsec1 } from '../conformance/xmlsec/xmlsec1.ts';
import { skipUnless } from '../setup/skip.ts';
import { soapFault } from '../setup/wus-backend.ts';
import type { WusParty } from '../setup/wus-keys.ts';
import { octets } from '../setup/wus-packages.ts';
import { ECHO_NAMESPACE, openWusPair, type WusPair } from '../setup/wus-pair.ts';
import { readPackage } from '../unit/mime/read-package.ts';

/** Base64 knows no hyphen, so that neither a certificate nor a cipher value may hold it by chance. */
const TEXT = 'goede-dag';

/** What of each message the signature has to cover. */
const COVERED = ['wsu:Timestamp', 'soap:Body', 'wsa:Action', 'wsa:MessageID', 'wsa:To'];

interface Wire {
  readonly request: Buffer;
  readonly requestType: string;
  readonly answer: Buffer;
}

for (const profile of ['2W-be-S', '2W-be-SE'] as const) {
  describe(`what we send under ${profile}, in second opinions`, () => {
    let pair: WusPair;

    before(async () => {
      pair = await openWusPair({ profile });
    });

    after(() => pair.close());

    it('request and answer: xml-crypto verifies both, and notices a change [Digikoppeling WB004, Digikoppeling WB007, Digikoppeling WB014]', async () => {
      for (const { text, party } of await messages(pair, profile)) {
        assert.equal(askXmlCrypto(text, party.certificate), true);
        assert.equal(askXmlCrypto(text.replace(TEXT, 'Goede-dag'), party.certificate), false);
      }
    });

    it('request and answer: xmlsec1 verifies both, and notices a change [Digikoppeling WB004, Digikoppeling WB007, Digikoppeling WB014]', async function () {
      skipUnless(this, xmlsec1 !== undefined, 'xmlsec1 is not there');
      for (const { text, party } of await messages(pair, profile)) {
        const { ok, said } = askXmlsec1(text, party.certificate);
        assert.ok(ok, said);
        assert.equal(askXmlsec1(text.replace(TEXT, 'Goede-dag'), party.certificate).ok, false);
      }
    });

    it('a fault is signed like an answer [Digikoppeling WB011, Digikoppeling WUS-fault]', async () => {
      const echoing = pair.backend.answer;
      pair.backend.answer = () => soapFault('', 's:Client');
      const { answer } = await wire(pair, () => pair.call(TEXT));
      pair.backend.answer = echoing;
      const text = inTheClear(answer.toString(), profile, pair.keys.consumer);
      assert.match(text, /Het register is gesloten/);
      assert.equal(askXmlCrypto(text, pair.keys.provider.certificate), true);
      assert.equal(askXmlCrypto(text.replace('gesloten', 'geopend'), pair.keys.provider.certificate), false);
      requireCovered(text);
    });

    it('covers every header, the Timestamp, the Body and the confirmation [Digikoppeling WB004, Digikoppeling WB014]', async () => {
      const [request, answer] = await messages(pair, profile);
      requireCovered(request?.text ?? '', 'wsa:From', 'wsa:ReplyTo');
      requireCovered(answer?.text ?? '', 'wsa:RelatesTo', 'wsse11:SignatureConfirmation');
    });

    it('what is encrypted is the content of the Body, for the other party alone [Digikoppeling WB005, Digikoppeling WB012-request, Digikoppeling WB012-answer]', async () => {
      const { request, answer } = await wire(pair, () => pair.call(TEXT));
      assert.equal(request.includes(TEXT), profile === '2W-be-S');
      assert.equal(answer.includes(TEXT), profile === '2W-be-S');
      if (profile === '2W-be-S') return;
      const { consumer, provider, third } = pair.keys;
      assert.match(inTheClear(request.toString(), profile, provider), /<soap:Body[^>]*><e:echo/);
      assert.match(inTheClear(answer.toString(), profile, consumer), /<soap:Body[^>]*><e:echoAntwoord/);
      assert.throws(() => inTheClear(request.toString(), profile, third));
    });
  });
}

describe('an attachment that we sign', () => {
  let pair: WusPair;

  before(async () => {
    pair = await openWusPair({ profile: '2W-be-S' });
  });

  after(() => pair.close());

  it('is signed as its base64 in the place of the Include [Digikoppeling WM001]', async () => {
    const writer = pair.consumer.wus.createAttachment();
    const sent = octets(50_000);
    await writer.write(sent);
    const { body: content, size } = await writer.finish();
    const include = `<xop:Include xmlns:xop="${XOP_NAMESPACE}" href="cid:a@ons"/>`;
    const body = Buffer.from(`<e:echo xmlns:e="${ECHO_NAMESPACE}"><e:tekst>${include}</e:tekst></e:echo>`);
    const attachments = [{ contentId: 'a@ons', contentType: 'application/octet-stream', size, content }];
    const { request, requestType } = await wire(pair, () => pair.call('', { content: { body, attachments } }));
    const [root, part] = readPackage(requestType, request);
    assert.deepEqual(part?.body, sent);
    const text = root?.body.toString() ?? '';
    const [written = assert.fail('no Include')] = /<xop:Include[^>]*(?:\/>|><\/xop:Include>)/.exec(text) ?? [];
    const { certificate } = pair.keys.consumer;
    assert.equal(askXmlCrypto(text, certificate), false);
    assert.equal(askXmlCrypto(text.replace(written, sent.toString('base64')), certificate), true);
  });
});

/** Request and answer of one call as they were on the line, the Body in the clear. */
async function messages(
  pair: WusPair,
  profile: WusProfileName,
): Promise<readonly { readonly text: string; readonly party: WusParty }[]> {
  const { consumer, provider } = pair.keys;
  const { request, answer } = await wire(pair, () => pair.call(TEXT));
  return [
    { text: inTheClear(request.toString(), profile, provider), party: consumer },
    { text: inTheClear(answer.toString(), profile, consumer), party: provider },
  ];
}

async function wire(pair: WusPair, use: () => Promise<unknown>): Promise<Wire> {
  const seen: Wire[] = [];
  pair.bend(async (request, forward) => {
    const octetsOf = request.body instanceof Readable ? await buffer(request.body) : Buffer.from(request.body);
    const answer = await forward({ ...request, body: octetsOf });
    seen.push({ request: octetsOf, requestType: request.headers['content-type'] ?? '', answer: answer.body });
    return answer;
  });
  try {
    await use().catch((error: unknown) => {
      if (!(error instanceof GatewayError)) throw error;
    });
  } finally {
    pair.bend(undefined);
  }
  return seen[0] ?? assert.fail('nothing was sent');
}

/** Decrypts by node:crypto alone: AES-256-GCM under RSA-OAEP with SHA-1, which is what every peer can. */
function inTheClear(text: string, profile: WusProfileName, { key }: WusParty): string {
  if (profile !== '2W-be-SE') return text;
  const [wrapped, cipherText] = [...text.matchAll(/<xenc:CipherValue>([^<]+)</g)].map(([, value]) => base64(value));
  if (wrapped === undefined || cipherText === undefined) throw new Error('it is not encrypted');
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const contentKey = privateDecrypt({ key, padding, oaepHash: 'sha1' }, wrapped);
  const decipher = createDecipheriv('aes-256-gcm', contentKey, cipherText.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(cipherText.subarray(-16));
  const plain = Buffer.concat([decipher.update(cipherText.subarray(12, -16)), decipher.final()]);
  return text.replace(/<xenc:EncryptedData.*<\/xenc:EncryptedData>/s, () => plain.toString());
}

function base64(value = ''): Buffer {
  return Buffer.from(value, 'base64');
}

function requireCovered(text: string, ...more: readonly string[]): void {
  const signed = new Set([...text.matchAll(/<ds:Reference URI="#([^"]+)"/g)].map(([, id]) => id));
  for (const name of [...COVERED, ...more]) {
    const [tag = assert.fail(`no ${name}`)] = new RegExp(`<${name}[ >][^>]*`).exec(text) ?? [];
    assert.ok(signed.has(/wsu:Id="([^"]+)"/.exec(tag)?.[1]), name);
  }
}
