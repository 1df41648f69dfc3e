import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'mocha';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { childElements, parseXml, simpleText } from '../../../src/xml/tree.ts';
import { parseReference } from '../../../src/xmlsec/signature.ts';
import { signEnvelope } from '../../../src/xmlsec/sign.ts';
import { partyA } from '../../setup/test-keys.ts';
import {
  allDeep,
  BODY,
  envelope,
  findDeep,
  HEADER,
  headerOf,
  NEXT_MSH,
  PARTS,
  RSA_SHA256,
  SHA256,
  signAsMarked,
  signedParts,
  signMessage,
  SYNC_REPLY,
  verifyMessage,
  xpath,
} from './signed-message.ts';

describe('signing and verifying an envelope', () => {
  it('§4.1.3 what is signed here is verified here', async () => {
    const verified = await verifyMessage(await signMessage());
    assert.deepEqual(
      verified.references.map((one) => one.uri),
      ['', 'cid:part-1@a.test'],
    );
  });

  it('§4.1.3 the Signature is the last child of the Header, without declaration or line ends [ebMS2 §4.1.1-1, ebMS2 §4.1.3-1]', async () => {
    const text = (await signMessage()).toString();
    assert.ok(text.startsWith('<soap:Envelope '));
    assert.ok(text.includes('</ds:Signature></soap:Header>'));
    assert.ok(!/[\r\n]/.test(text));
    const { root } = parseXml(Buffer.from(text));
    assert.deepEqual(
      canonicalize(parseXml(Buffer.from(text)), { exclusive: false, comments: false }).toString(),
      text,
      'the signed envelope is canonical as it stands',
    );
    const certificate = findDeep(root, 'X509Certificate');
    assert.equal(
      certificate === undefined ? undefined : simpleText(certificate),
      partyA.certificate.toString('base64'),
    );
  });

  it('§4.1.3 the transforms are enveloped, the actor filter with the prefix of the envelope, and inclusive C14N [ebMS2 §4.1.3-2, ebMS2 §4.1.3-7]', async () => {
    const text = (await signMessage()).toString().replaceAll('&quot;', '"');
    assert.ok(text.includes(`<ds:XPath>${xpath('soap')}</ds:XPath>`));
    const markup = envelope().replaceAll('soap:', 'S:').replace('xmlns:soap', 'xmlns:S');
    const other = await signMessage(markup);
    assert.ok(other.toString().includes(`<ds:XPath>${xpath('S')}</ds:XPath>`));
    await verifyMessage(other);
  });

  it('§4.1.3 signs an envelope with a default namespace and xml: attributes in the context of the Header', async () => {
    const markup = envelope()
      .replace('<soap:Envelope ', '<soap:Envelope xmlns="urn:default" xml:lang="nl" ')
      .replace('<soap:Header>', '<soap:Header xml:space="preserve">');
    await verifyMessage(await signMessage(markup));
  });

  it('a Content-ID that is no URL is percent-encoded in its Reference and found again', async () => {
    const parts = [{ contentId: 'één % <part>', body: Buffer.from('x') }];
    const verified = await verifyMessage(await signMessage(envelope(), parts), { parts: signedParts(parts) });
    assert.equal(verified.references[1]?.uri, 'cid:%C3%A9%C3%A9n%20%25%20%3Cpart%3E');
  });

  it('all digests and signature algorithms of Digikoppeling work, and SHA-1 where it is allowed by name [Digikoppeling SIGN001, Digikoppeling SIGN003, Digikoppeling SIGN004]', async () => {
    const more = 'http://www.w3.org/2001/04/xmldsig-more#';
    const old = 'http://www.w3.org/2000/09/xmldsig#';
    const pairs = [
      ['sha256', SHA256, RSA_SHA256],
      ['sha384', `${more}sha384`, `${more}rsa-sha384`],
      ['sha512', 'http://www.w3.org/2001/04/xmlenc#sha512', `${more}rsa-sha512`],
      ['sha1', `${old}sha1`, `${old}rsa-sha1`],
    ] as const;
    for (const [name, digest, signature] of pairs) {
      const signed = await signEnvelope({
        envelope: envelope(),
        parts: PARTS.map(({ contentId, body }) => ({ contentId, digest: hash(name, body, 'buffer') })),
        digest,
        signature,
        certificate: partyA.certificate,
        sign: partyA.sign,
      });
      await verifyMessage(signed, { allow: { digests: [digest], signatures: [signature] } });
    }
  });

  it('an unknown algorithm is never signed with', async () => {
    const input = { envelope: envelope(), parts: [], certificate: partyA.certificate, sign: partyA.sign };
    await assert.rejects(signEnvelope({ ...input, digest: 'urn:md5', signature: RSA_SHA256 }), {
      code: 'SIGNATURE_ALGORITHM',
    });
    await assert.rejects(signEnvelope({ ...input, digest: SHA256, signature: 'urn:dsa' }), {
      code: 'SIGNATURE_ALGORITHM',
    });
  });
});

describe('what a verified envelope tells', () => {
  it('§4.1.3 the Signature and blocks for the next actor are not covered, all else is [ebMS2 §4.1.3-3, ebMS2 §2.3.10-1]', async () => {
    const ackRequested = `<eb:AckRequested soap:actor="${NEXT_MSH}"><eb:In/></eb:AckRequested>`;
    const bytes = await signMessage(envelope(HEADER + SYNC_REPLY + ackRequested));
    const document = parseXml(bytes);
    const { covered } = await verifyMessage(bytes, { document, header: headerOf(document.root) });
    const names = (wanted: boolean): string[] =>
      ['Envelope', 'Header', 'Action', 'SyncReply', 'AckRequested', 'In', 'Signature', 'DigestValue', 'Manifest']
        .flatMap((name) => allDeep(document.root, name))
        .filter((el) => covered(el) === wanted)
        .map((el) => el.localName);
    assert.deepEqual(names(true), ['Envelope', 'Header', 'Action', 'Manifest']);
    assert.deepEqual(names(false), ['SyncReply', 'AckRequested', 'In', 'Signature', 'DigestValue', 'DigestValue']);
    assert.equal(covered(parseXml(bytes).root), false, 'an element of another tree is not covered');
  });

  it('§6.5.6 the identity is equal for an honest repeat and no other', async () => {
    const first = await identity(HEADER + SYNC_REPLY);
    assert.equal(await identity(HEADER + SYNC_REPLY), first);
    assert.equal(await identity(HEADER), first, 'what the next actor gets does not count');
    const other = [{ contentId: 'part-1@a.test', body: Buffer.from('other') }];
    assert.notEqual(await identity(HEADER, BODY, other), first);
    assert.notEqual(await identity(HEADER.replace('doen', 'laten')), first);
  });

  it('§6.5.6 the order of References does not change the identity', async () => {
    const parts = [...PARTS, { contentId: 'part-2@a.test', body: Buffer.from('2') }];
    const one = await verifyMessage(await signMessage(envelope(), parts), { parts: signedParts(parts) });
    const two = await verifyMessage(await signMessage(envelope(), parts.toReversed()), { parts: signedParts(parts) });
    assert.deepEqual(one.identity, two.identity);
  });

  it('§6.3.2 the References are copied for an Acknowledgment canonical where ds and soap are declared [ebMS2 §6.3.2.5-1]', async () => {
    const { referencesXml, references } = await verifyMessage(await signMessage());
    const copied = childElements(parseXml(Buffer.from(`<a ${DECLARED}>${referencesXml}</a>`)).root).map(parseReference);
    assert.deepEqual(
      copied.map(({ uri, digest, digestValue }) => [uri, digest, digestValue]),
      references.map(({ uri, digest, digestValue }) => [uri, digest, digestValue]),
    );
    assert.deepEqual(
      copied[0]?.transforms.map((one) => one.algorithm),
      references[0]?.transforms.map((one) => one.algorithm),
    );
    assert.ok(referencesXml.includes(`<ds:XPath>${xpath()}</ds:XPath>`));
  });

  it('§6.3.2 a prefix of the partner that is ours for something else is renamed in the copy', async () => {
    const filter = `<s:XPath xmlns:s="http://www.w3.org/2000/09/xmldsig#" xmlns:ds="http://schemas.xmlsoap.org/soap/envelope/">${xpath('ds')}</s:XPath>`;
    const transforms = `<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">${filter}</ds:Transform>`;
    const { referencesXml } = await verifyMessage(signAsMarked({ transforms }));
    const [first] = childElements(parseXml(Buffer.from(`<a ${DECLARED}>${referencesXml}</a>`)).root);
    assert.ok(first !== undefined);
    assert.equal(parseReference(first).transforms.length, 2);
    assert.ok(referencesXml.includes(`>${xpath('soap')}</ds:XPath>`));
  });

  it('§6.3.2 an Acknowledgment with copied References can be signed and verified [ebMS2 §6.3.2.5-1]', async () => {
    const { referencesXml } = await verifyMessage(await signMessage());
    const ack = await signMessage(envelope(`<eb:Acknowledgment>${referencesXml}</eb:Acknowledgment>`, ''), []);
    const verified = await verifyMessage(ack, { parts: [] });
    assert.equal(verified.references.length, 1);
  });
});

const DECLARED = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"';

async function identity(header: string, body = BODY, parts = PARTS): Promise<string> {
  const bytes = await signMessage(envelope(header, body), parts);
  return (await verifyMessage(bytes, { parts: signedParts(parts) })).identity.toString('hex');
}
