import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { readCertificates } from '../../src/trust/certificate.ts';
import { createDecrypter } from '../../src/trust/decrypter.ts';
import type { WusPackage, ReadEnvelope } from '../../src/wus/mtom/read-package.ts';
import { binaryContent } from '../../src/wus/mtom/binary-content.ts';
import { digestExpanded } from '../../src/wus/mtom/expanded-digest.ts';
import { WSSE_NAMESPACE, WSU_NAMESPACE } from '../../src/wus/namespaces.ts';
import { decryptBody } from '../../src/wus/security/encryption/open-body.ts';
import { DEFAULT_XML_LIMITS } from '../../src/xml/limits.ts';
import { attribute, elementsWhere, textContent, type XmlElement } from '../../src/xml/tree.ts';
import { DS_NAMESPACE } from '../../src/xmlsec/algorithms.ts';
import { canonicalFormOf } from '../../src/xmlsec/canonical-form.ts';
import { parseSignature } from '../../src/xmlsec/signature.ts';
import { readCapture } from '../setup/captures.ts';
import { fixture, fixturePath, fixturesPresent } from '../setup/fixtures.ts';
import { skipUnless } from '../setup/skip.ts';
import { readFrom, verdict, type WatchedPayloads, watchedPayloads } from '../setup/wus-packages.ts';

/** A large token or cipher text of a recording. */
const CAP = 64 * 1024;

/** Signed messages whose attachments the Body's digest covers as they came, and those in which it does not. */
const COVERED = ['s-mtom-both-ways', 's-mtom-request', 's-mtom-token-inline', 's-policy-mtom', 's-fault-mtom'];
const UNCOVERED = ['err-s-mtom-include-signed', 'err-s-mtom-tampered-attachment'];

describe('MTOM packages of CXF with WSS4J', () => {
  let payloads: WatchedPayloads;

  before(async () => {
    payloads = await watchedPayloads();
  });

  after(() => payloads.remove());

  const read = (path: string): Promise<WusPackage<ReadEnvelope>> => {
    const { headers, body } = readCapture(path);
    return readFrom(payloads, body, { contentType: headers['content-type'] ?? '' });
  };

  it('WM001 every one of them is read, with each attachment named once, but the one without its part', async function () {
    skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
    const verdicts = new Map<string, string>();
    for (const path of mtomMessages()) {
      const reading = read(path);
      verdicts.set(path, await verdict(reading));
      if (verdicts.get(path) === 'taken') await (await reading).discard();
    }
    assert.ok(verdicts.size > 15);
    assert.deepEqual(
      [...verdicts].filter(([, one]) => one !== 'taken'),
      [['wus/err-be-mtom-missing-part/1-request', 'WUS_ATTACHMENT']],
    );
    assert.deepEqual(payloads.files(), []);
  });

  it('WM001 the attachment is what was sent', async function () {
    skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
    const sent = fixture('wus/bijlage.bin');
    for (const name of ['be-mtom-both-ways/1-request', 'be-mtom-both-ways/1-response', 's-mtom-both-ways/1-request']) {
      const taken = await read(`wus/${name}`);
      const [attachment = assert.fail('no attachment')] = taken.attachments.all;
      assert.equal(taken.mtom, true);
      assert.deepEqual(await buffer(await taken.attachments.open(attachment)), sent);
      await taken.discard();
    }
  });

  for (const name of COVERED) {
    it(`WM001 WB004 ${name}: the digest of the Body is over the attachment as base64, and the token is one`, async function () {
      skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
      for (const way of ['1-request', '1-response']) {
        const taken = await read(`wus/${name}/${way}`);
        const { signed, actual } = await bodyDigest(taken);
        assert.equal(actual, signed, way);
        assert.match((await tokenOf(taken)).subject, /serialNumber=00000099/);
        await taken.discard();
      }
    });
  }

  it('WM001 the digest is ready when the message is: no attachment of the Body is read again', async function () {
    skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
    const taken = await read('wus/s-mtom-both-ways/1-request');
    const opened = payloads.opened();
    const { signed, actual } = await bodyDigest(taken);
    assert.equal(actual, signed);
    assert.equal(payloads.opened(), opened);
    await taken.discard();
  });

  for (const name of ['se-mtom-both-ways', 'se-mtom-request']) {
    it(`WM001 WB005 ${name}: key and cipher text that came as attachments are opened`, async function () {
      skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
      const { envelope, attachments, discard } = await read(`wus/${name}/1-request`);
      const terms = { decrypter: provider(), allow: { cbc: false, rsa15: false }, weakened: () => undefined };
      const opened = await decryptBody({ ...envelope, attachments }, terms, DEFAULT_XML_LIMITS);
      assert.equal(opened.decrypted, true);
      assert.ok(textContent(opened.soap.body).includes(fixture('wus/bijlage.bin').toString('base64')));
      await discard();
    });
  }

  for (const name of UNCOVERED) {
    it(`WM001 WB013 ${name}: the digest of the Body is another one`, async function () {
      skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
      const taken = await read(`wus/${name}/1-request`);
      const { signed, actual } = await bodyDigest(taken);
      assert.notEqual(actual, signed);
      await taken.discard();
    });
  }
});

function provider(): ReturnType<typeof createDecrypter> {
  const [certificate = assert.fail('no certificate')] = readCertificates(
    fixture('wus/keys/provider.crt.pem'),
    'provider',
  );
  return createDecrypter([{ key: fixture('wus/keys/provider.key.pem'), certificate }]);
}

/** Requests and responses of the recordings that came as multipart. */
function mtomMessages(): readonly string[] {
  return readdirSync(fixturePath('wus'))
    .filter((name) => name.includes('mtom'))
    .flatMap((name) => [`wus/${name}/1-request`, `wus/${name}/1-response`])
    .filter((path) => readCapture(path).headers['content-type']?.startsWith('multipart/') === true);
}

async function bodyDigest({ envelope, attachments }: WusPackage<ReadEnvelope>): Promise<{
  readonly signed: string;
  readonly actual: string;
}> {
  const { body } = envelope.soap;
  const id = attribute(body, WSU_NAMESPACE, 'Id') ?? assert.fail('no Id');
  const signature = parseSignature(find(envelope, DS_NAMESPACE, 'Signature'));
  const reference = signature.references.find((one) => one.uri === `#${id}`) ?? assert.fail('no Reference');
  const [transform = assert.fail('no Transform')] = reference.transforms;
  const form = { ...canonicalFormOf(transform.element), digest: 'sha256' };
  const actual = await digestExpanded(body, form, attachments);
  return { signed: reference.digestValue, actual: actual.toString('base64') };
}

async function tokenOf({ envelope, attachments }: WusPackage<ReadEnvelope>): Promise<X509Certificate> {
  const token = find(envelope, WSSE_NAMESPACE, 'BinarySecurityToken');
  return new X509Certificate(await binaryContent(token, attachments, CAP));
}

function find({ document }: ReadEnvelope, namespace: string, localName: string): XmlElement {
  const [found] = elementsWhere(document.root, (el) => el.namespace === namespace && el.localName === localName);
  return found ?? assert.fail(localName);
}
