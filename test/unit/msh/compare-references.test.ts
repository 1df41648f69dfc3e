import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { GatewayError } from '../../../src/errors.ts';
import { compareReferences } from '../../../src/msh/signals/compare-references.ts';
import { INCLUSIVE_C14N } from '../../../src/xmlsec/algorithms.ts';
import { signEnvelope } from '../../../src/xmlsec/sign.ts';
import { envelope, RSA_SHA256, SHA256 } from '../xmlsec/signed-message.ts';

const CONTENT_IDS = ['een@a.test', 'twee&drie@a.test'];

/** A message as this gateway signs it; nobody looks at its certificate and SignatureValue here. */
const signed = await signEnvelope({
  canonical: true,
  envelope: envelope(),
  parts: CONTENT_IDS.map((contentId) => ({ contentId, digest: hash('sha256', contentId, 'buffer') })),
  digest: SHA256,
  signature: RSA_SHA256,
  certificate: Buffer.from('certificate'),
  sign: () => Promise.resolve(Buffer.from('signature')),
});

const text = signed.toString();
const copied = Array.from(
  text.matchAll(/<ds:Reference URI="([^"]*)">.*?<ds:DigestValue>([^<]*)</g),
  ([, uri = '', digestValue = '']) => ({
    uri: uri.replaceAll('&amp;', '&'),
    digestAlgorithm: SHA256,
    digestValue,
    transforms: [],
  }),
);

/** The same to a parser, and not what this version of the gateway writes. */
const FORMS: Readonly<Record<string, string>> = {
  'as this gateway writes it': text,
  'with another quotation mark': text
    .replace('<ds:Reference URI="cid:een', "<ds:Reference URI='cid:een")
    .replace('test">', "test'>"),
  'with a line end between': text.replaceAll('<ds:DigestValue>', '\n<ds:DigestValue>'),
  'with an Id': text.replaceAll('<ds:Reference URI', '<ds:Reference Id="r" URI'),
  'with Transforms on a part': text.replace(
    /(<ds:Reference URI="cid:een[^>]*>)/,
    `$1<ds:Transforms><ds:Transform Algorithm="${INCLUSIVE_C14N}"></ds:Transform></ds:Transforms>`,
  ),
};

describe('§6.3.2.5 the References in an Acknowledgment are those of the message', () => {
  for (const [what, form] of Object.entries(FORMS)) {
    const sent = { envelope: Buffer.from(form) };

    it(`${what}: the same ones in any order, and no others`, () => {
      assert.equal(copied.length, CONTENT_IDS.length + 1);
      compareReferences(copied.toReversed(), sent, true);
      const [first, ...others] = copied;
      assert.ok(first);
      refuses([{ ...first, digestValue: hash('sha256', 'other', 'base64') }, ...others], sent);
      refuses([{ ...first, uri: 'cid:vier@a.test' }, ...others], sent);
      refuses(others, sent);
      refuses([...copied, first], sent);
      refuses([], sent);
    });
  }

  it('without a Signature there are none', () => {
    const sent = { envelope: Buffer.from(envelope()) };
    compareReferences([], sent, true);
    refuses(copied, sent);
  });
});

function refuses(references: typeof copied, sent: { readonly envelope: Buffer }): void {
  assert.throws(
    () => compareReferences(references, sent, true),
    (error) => error instanceof GatewayError && error.code === 'SIGNAL_UNEXPECTED',
  );
}
