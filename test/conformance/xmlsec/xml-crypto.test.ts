import assert from 'node:assert/strict';
import { hash, sign, verify } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import { partyA } from '../../setup/test-keys.ts';
import {
  algorithm,
  allDeep,
  DS,
  envelope,
  EXCLUSIVE,
  findDeep,
  HEADER,
  RSA_SHA256,
  SHA256,
  SYNC_REPLY,
} from '../../unit/xmlsec/signed-message.ts';

const ENVELOPED = `${DS}enveloped-signature`;
const FORM = { exclusive: true, comments: false };

/**
 * xml-crypto knows neither the actor filter nor cid: references, and sorts namespaces by locale in inclusive
 * canonicalization: an ebMS signature is beyond it. What it can do is an enveloped signature with exclusive
 * canonicalization, and there both must agree on SignedInfo and on the digest of the envelope.
 */
const ENVELOPES = [
  ['an envelope', envelope()],
  ['without SyncReply', envelope(HEADER)],
  ['with characters to escape', envelope(`${HEADER}<eb:X b="&amp;&#10;&#9;">é€\u{1F600}&gt;&lt;</eb:X>`)],
  [
    'with declarations that nobody uses',
    envelope(HEADER + SYNC_REPLY).replace(' xmlns:ds', ' xmlns:z="urn:z" xmlns:ds'),
  ],
  ['with a default namespace below', envelope(`${HEADER}<x xmlns="urn:x"><y xmlns=""/><z/></x>`)],
] as const;

function digestHere(document: string): string {
  const tree = parseXml(Buffer.from(document));
  return hash('sha256', canonicalize(tree, FORM, new Set(allDeep(tree.root, 'Signature'))), 'base64');
}

function textIn(markup: string, name: string): string {
  return new RegExp(`<(?:\\w+:)?${name}>([^<]*)</`).exec(markup)?.[1] ?? '';
}

function verifiedThere(document: string): boolean {
  const verifier = new SignedXml({ publicCert: partyA.certificatePem });
  verifier.loadSignature(/<ds:Signature.*<\/ds:Signature>|<Signature.*<\/Signature>/s.exec(document)?.[0] ?? '');
  try {
    return verifier.checkSignature(document);
  } catch {
    return false;
  }
}

describe('XML Signature with xml-crypto', () => {
  for (const [title, markup] of ENVELOPES) {
    it(`§4.1.3 ${title}: signed there, digest and SignatureValue verified here [Digikoppeling SIGN002]`, () => {
      const signer = new SignedXml({
        privateKey: partyA.keyPem,
        signatureAlgorithm: RSA_SHA256,
        canonicalizationAlgorithm: EXCLUSIVE,
      });
      signer.addReference({
        xpath: "//*[local-name()='Envelope']",
        digestAlgorithm: SHA256,
        transforms: [ENVELOPED, EXCLUSIVE],
        uri: '',
        isEmptyUri: true,
      });
      signer.computeSignature(markup, {
        prefix: 'ds',
        location: { reference: "//*[local-name()='Header']", action: 'append' },
      });
      const signed = signer.getSignedXml();
      assert.ok(verifiedThere(signed));
      assert.equal(textIn(signed, 'DigestValue'), digestHere(signed));
      const signedInfo = findDeep(parseXml(Buffer.from(signed)).root, 'SignedInfo');
      assert.ok(signedInfo);
      const value = Buffer.from(textIn(signed, 'SignatureValue'), 'base64');
      assert.ok(verify('sha256', canonicalize(signedInfo, FORM), partyA.certificatePem, value));
    });

    it(`§4.1.3 ${title}: signed here, verified there, and refused there when it was changed`, () => {
      const reference =
        `<ds:Reference URI=""><ds:Transforms>${algorithm('Transform', ENVELOPED)}${algorithm('Transform', EXCLUSIVE)}</ds:Transforms>` +
        `${algorithm('DigestMethod', SHA256)}<ds:DigestValue>${digestHere(markup)}</ds:DigestValue></ds:Reference>`;
      const head = algorithm('CanonicalizationMethod', EXCLUSIVE) + algorithm('SignatureMethod', RSA_SHA256);
      const withSignature = markup.replace(
        '</soap:Header>',
        () =>
          `<ds:Signature xmlns:ds="${DS}"><ds:SignedInfo>${head}${reference}</ds:SignedInfo>` +
          `<ds:SignatureValue>@</ds:SignatureValue></ds:Signature></soap:Header>`,
      );
      const signedInfo = findDeep(parseXml(Buffer.from(withSignature)).root, 'SignedInfo');
      assert.ok(signedInfo);
      const value = sign('sha256', canonicalize(signedInfo, FORM), partyA.keyPem).toString('base64');
      const signed = withSignature.replace('>@<', `>${value}<`);
      assert.ok(verifiedThere(signed));
      assert.ok(!verifiedThere(signed.replace('>doen<', '>laten<')));
    });
  }
});
