import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { childElements } from '../../../src/xml/tree.ts';
import { rsaOaep } from '../../../src/xmlsec/encryption/algorithms.ts';
import {
  AES128_GCM,
  AES256_CBC,
  bothParties,
  decrypterOf,
  encrypt,
  KEY,
  OAEP,
  wrapBy,
} from '../../setup/encrypted-parts.ts';
import { partyA, partyB } from '../../setup/test-keys.ts';
import { attachmentsOf, envelopeOf, openWith, outcomeOf, sealedEnvelope } from '../../setup/wus-encryption.ts';

const CONTENT = '<m:vraag xmlns:m="urn:m"><id>été &amp; 1</id></m:vraag>';

describe('the encrypted Body of WUS', () => {
  it('WB005 the content of the Body comes back as it was; headers stay readable', async () => {
    const opened = await openWith(
      { decrypter: bothParties },
      sealedEnvelope(CONTENT, { certificate: partyA.certificate }),
    );
    assert.equal(opened.decrypted, true);
    const [child] = childElements(opened.soap.body);
    assert.equal(
      canonicalize(child ?? assert.fail('no child'), { exclusive: true, comments: false }).toString(),
      CONTENT,
    );
    assert.equal(opened.soap.header?.children.length, 1);
  });

  it('ENC003 ENC004 with AES-128-GCM and the OAEP of edition 1.1 too', async () => {
    const terms = { certificate: partyA.certificate, algorithm: AES128_GCM, keyTransport: rsaOaep() };
    const opened = await openWith({ decrypter: bothParties }, sealedEnvelope(CONTENT, terms));
    assert.equal(opened.decrypted, true);
  });

  it('WB005 prefixes that only the Envelope declares count inside the cipher text', async () => {
    const opened = await openWith(
      { decrypter: bothParties },
      sealedEnvelope('<outer:vraag/>', { certificate: partyA.certificate }),
    );
    assert.equal(childElements(opened.soap.body)[0]?.namespace, 'urn:outer');
  });

  it('a message without encryption comes back as it is', async () => {
    const opened = await openWith({ decrypter: bothParties }, envelopeOf('', CONTENT));
    assert.equal(opened.decrypted, false);
    assert.equal(childElements(opened.soap.body)[0]?.localName, 'vraag');
  });

  it('WB012 what was encrypted for another party is not opened', async () => {
    const envelope = sealedEnvelope(CONTENT, { certificate: partyB.certificate });
    assert.equal(await outcomeOf(openWith({ decrypter: decrypterOf(partyB) }, envelope)), 'opened');
    assert.equal(await outcomeOf(openWith({ decrypter: decrypterOf(partyA) }, envelope)), 'DECRYPTION_FAILED');
  });

  it('WM001 key and cipher text may be attachments', async () => {
    const envelope = sealedEnvelope(CONTENT, { certificate: partyA.certificate });
    const parts: Record<string, Buffer> = {};
    const included = envelope.replaceAll(/<xenc:CipherValue>([^<]+)</g, (_, base64: string) => {
      const name = `part-${Object.keys(parts).length}@test`;
      parts[name] = Buffer.from(base64, 'base64');
      return `<xenc:CipherValue><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:${name}"/><`;
    });
    assert.equal(Object.keys(parts).length, 2);
    const open = { decrypter: bothParties };
    assert.equal(await outcomeOf(openWith(open, included, attachmentsOf(parts))), 'opened');
    assert.equal(await outcomeOf(openWith(open, included)), 'DECRYPTION_FAILED');
  });

  it('ENC003 AES-CBC is opened for a partner for whom it is allowed by name only, and that is told', async () => {
    const [sealed, told] = [cbcEnvelope(), [] as string[]];
    const decrypter = bothParties;
    assert.equal(await outcomeOf(openWith({ decrypter }, sealed)), 'DECRYPTION_FAILED');
    const weakened = (weakening: string): unknown => told.push(weakening);
    const opened = await openWith({ decrypter, allow: { cbc: true, rsa15: false }, weakened }, sealed);
    assert.equal(childElements(opened.soap.body)[0]?.localName, 'vraag');
    assert.deepEqual(told, ['cbc']);
  });
});

function cbcEnvelope(): string {
  const terms = { certificate: partyA.certificate, keyTransport: rsaOaep('sha1') };
  const values = [wrapBy(OAEP, KEY), encrypt(AES256_CBC, KEY, Buffer.from(CONTENT))];
  return sealedEnvelope(CONTENT, terms)
    .replaceAll(/(<xenc:CipherValue>)[^<]+/g, (_, start: string) => start + (values.shift()?.toString('base64') ?? ''))
    .replace(/http:\/\/www.w3.org\/2009\/xmlenc11#aes256-gcm/, AES256_CBC);
}
