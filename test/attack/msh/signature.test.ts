import assert from 'node:assert/strict';
import { createHmac, createPublicKey, hash, sign, X509Certificate } from 'node:crypto';
import type { ErrorCode } from '../../../src/errors.ts';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import { contract, dienst, gemeente } from '../../setup/msh-contracts.ts';
import {
  type Draft,
  type DraftPart,
  draft,
  markupOf,
  pack,
  requireAccepted,
  requireRefused,
  sealDraft,
  SECURITY,
  signMarkup,
  withReceiver,
} from '../../setup/msh-partner.ts';
import { openRecordingPartner } from '../../setup/recording-partner.ts';
import {
  algorithm,
  DS,
  fillIn,
  findDeep,
  reference,
  RSA_SHA256,
  SHA256,
  type SignatureMarkup,
  signatureMarkup,
  TRANSFORMS,
} from '../../unit/xmlsec/signed-message.ts';

const TERMS = { profile: 'osb-rm-s', sync: true } as const;
const XPATH = 'http://www.w3.org/TR/1999/REC-xpath-19991116';

describe('a signature that says less than the contract asks', () => {
  const unknownTransform = algorithm(
    'Transform',
    'http://www.w3.org/TR/1999/REC-xslt-19991116',
    '<x:x xmlns:x="urn:x"/>',
  );
  const filter2 = algorithm(
    'Transform',
    'http://www.w3.org/2002/06/xmldsig-filter2',
    '<f:XPath xmlns:f="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">//*</f:XPath>',
  );
  const otherXPath = algorithm('Transform', XPATH, '<ds:XPath>not(ancestor-or-self::eb:Manifest)</ds:XPath>');
  const [enveloped = '', filter = '', canonical = ''] = TRANSFORMS;

  const cases: Readonly<Record<string, readonly [SignatureMarkup | ((parts: string) => SignatureMarkup), ErrorCode]>> =
    {
      'A21 only the MessageHeader, by Id': [
        { envelopeReference: reference('#header', '@ENVELOPE@', canonical) },
        'SIGNATURE_COVERAGE',
      ],
      'A21 the parts, and no envelope': [{ envelopeReference: '' }, 'SIGNATURE_COVERAGE'],
      'A22 A80 the envelope, and no part': [{ references: '' }, 'SIGNATURE_COVERAGE'],
      'A23 a part that is not there': [
        (parts) => ({ references: parts + reference('cid:more@gemeente.test', digestOf('')) }),
        'SIGNATURE_COVERAGE',
      ],
      'A23 a part twice': [(parts) => ({ references: parts + parts }), 'SIGNATURE_COVERAGE'],
      'A25 XSLT on the envelope': [{ transforms: enveloped + filter + unknownTransform }, 'SIGNATURE_ALGORITHM'],
      'A25 XSLT instead of the filter': [
        { transforms: enveloped + unknownTransform + canonical },
        'SIGNATURE_ALGORITHM',
      ],
      'A26 XPath Filter 2': [{ transforms: enveloped + filter2 + canonical }, 'SIGNATURE_ALGORITHM'],
      'A26 an XPath that leaves out the Manifest': [
        { transforms: enveloped + otherXPath + canonical },
        'SIGNATURE_INVALID',
      ],
      'A26 an XPath beside the prescribed one': [
        { transforms: enveloped + filter + otherXPath },
        'SIGNATURE_ALGORITHM',
      ],
      'A26 no filter at all': [{ transforms: enveloped + canonical }, 'SIGNATURE_COVERAGE'],
      'A28 an http: reference': [
        (parts) => ({ references: parts + reference('http://127.0.0.1:1/x', digestOf('')) }),
        'SIGNATURE_COVERAGE',
      ],
      'A28 a file: reference': [
        (parts) => ({ references: parts + reference('file:///etc/passwd', digestOf('')) }),
        'SIGNATURE_COVERAGE',
      ],
      'A28 a relative reference': [
        (parts) => ({ references: parts + reference('../x', digestOf('')) }),
        'SIGNATURE_COVERAGE',
      ],
      'A28 an xpointer': [
        { envelopeReference: reference('#xpointer(/)', '@ENVELOPE@', TRANSFORMS.join('')) },
        'SIGNATURE_COVERAGE',
      ],
      'A28 a second empty reference': [
        (parts) => ({ references: parts + reference('', '@ENVELOPE@', TRANSFORMS.join('')) }),
        'SIGNATURE_COVERAGE',
      ],
      'A31 RSA with MD5': [
        { method: algorithm('SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-md5') },
        'SIGNATURE_ALGORITHM',
      ],
      'A31 RSA with SHA-1': [{ method: algorithm('SignatureMethod', `${DS}rsa-sha1`) }, 'SIGNATURE_ALGORITHM'],
      'A31 DSA': [{ method: algorithm('SignatureMethod', `${DS}dsa-sha1`) }, 'SIGNATURE_ALGORITHM'],
      'A31 ECDSA': [
        { method: algorithm('SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256') },
        'SIGNATURE_ALGORITHM',
      ],
      'A31 a digest by SHA-1': [
        (parts) => ({ references: parts.replaceAll(SHA256, `${DS}sha1`) }),
        'SIGNATURE_ALGORITHM',
      ],
    };
  for (const [title, [changes, code]] of Object.entries(cases)) {
    it(title, () =>
      withReceiver(TERMS, async (at) => {
        await requireAccepted(at, marked(draft(at), {}));
        const one = draft(at);
        const made = typeof changes === 'function' ? changes(partReferences(one.parts)) : changes;
        await requireRefused(at, marked(one, made), { code, error: SECURITY });
      }),
    );
  }

  it('A22 A23 a part that neither signature nor Manifest names', () =>
    withReceiver(TERMS, async (at) => {
      const one = draft(at);
      const envelope = await sealDraft(one, at.agreement);
      const extra: DraftPart = { contentId: 'extra@gemeente.test', body: Buffer.from('extra') };
      const request = pack(envelope, [...one.parts, extra]);
      await requireRefused(at, request, { code: 'SIGNATURE_COVERAGE', error: SECURITY });
      await requireAccepted(at, pack(envelope, one.parts));
    }));

  it('A23 a part that is signed and not in the Manifest', () =>
    withReceiver(TERMS, async (at) => {
      const one = draft(at);
      const extra: DraftPart = { contentId: 'extra@gemeente.test', body: Buffer.from('extra') };
      const parts = [...one.parts, extra];
      const request = pack(await signMarkup(markupOf(one), parts, at), parts);
      await requireRefused(at, request, { code: 'PAYLOAD_UNLISTED', error: ['MimeProblem', '//Body/Manifest'] });
    }));

  it('A22 a part of the Manifest that is neither signed nor there', () =>
    withReceiver(TERMS, async (at) => {
      const one = draft(at);
      const request = pack(await signMarkup(markupOf(one), [], at), []);
      const [part] = one.parts;
      await requireRefused(at, request, { code: 'PAYLOAD_MISSING', error: ['MimeProblem', `cid:${part?.contentId}`] });
    }));

  it('A29 what KeyInfo points to is never fetched', () =>
    withReceiver(TERMS, async (at) => {
      const bait = await openRecordingPartner();
      try {
        const inside = [
          `<ds:RetrievalMethod URI="${bait.url}" Type="${DS}rawX509Certificate"></ds:RetrievalMethod>`,
          `<e:KeyInfoReference xmlns:e="http://www.w3.org/2009/xmldsig11#" URI="${bait.url}"></e:KeyInfoReference>`,
          `<ds:KeyName>${bait.url}</ds:KeyName>`,
          `<ds:X509Data><ds:X509Certificate>${dienst.keys.certificate.toString('base64')}</ds:X509Certificate></ds:X509Data>`,
        ];
        for (const content of inside)
          await requireAccepted(at, marked(draft(at), { keyInfo: `<ds:KeyInfo>${content}</ds:KeyInfo>` }));
        assert.equal(bait.requests.length, 0);
      } finally {
        await bait.close();
      }
    }));

  it('A30 an HMAC with the public key of the certificate as secret', () =>
    withReceiver(TERMS, async (at) => {
      await requireAccepted(at, marked(draft(at), {}));
      const { certificatePem, certificate } = gemeente.keys;
      const publicKey = createPublicKey(
        new X509Certificate(certificate).publicKey.export({ format: 'pem', type: 'spki' }),
      );
      const secrets = [
        certificatePem,
        certificate,
        publicKey.export({ format: 'pem', type: 'spki' }),
        publicKey.export({ format: 'der', type: 'spki' }),
      ];
      for (const name of ['hmac-sha1', 'hmac-sha256'] as const) {
        const uri = name === 'hmac-sha1' ? `${DS}hmac-sha1` : 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256';
        for (const secret of secrets) {
          const one = draft(at);
          const markup = digested(one, { method: algorithm('SignatureMethod', uri) });
          const value = createHmac(name.slice(5), secret).update(signedInfoOf(markup)).digest('base64');
          const request = pack(markup.replace(/(<ds:SignatureValue>)[^<]*/, `$1${value}`), one.parts);
          await requireRefused(at, request, { code: 'SIGNATURE_ALGORITHM', error: SECURITY });
        }
      }
    }));

  it('A31 a SignatureValue that a raw RSA of another padding made, or of zeros', () =>
    withReceiver(TERMS, async (at) => {
      await requireAccepted(at, marked(draft(at), {}));
      const one = draft(at);
      const markup = digested(one, {});
      const pss = sign('sha256', signedInfoOf(markup), { key: gemeente.keys.key, padding: 6, saltLength: 32 });
      for (const value of [pss, Buffer.alloc(256), Buffer.alloc(1), Buffer.alloc(512, 1)]) {
        const request = pack(markup.replace(/(<ds:SignatureValue>)[^<]*/, `$1${value.toString('base64')}`), one.parts);
        await requireRefused(at, request, { code: 'SIGNATURE_INVALID', error: SECURITY });
      }
    }));

  it('A35 A80 the signature of another party of the contract [ebMS2 §4.1.1-2]', () =>
    withReceiver(TERMS, async (at) => {
      const one = draft(at);
      const envelope = await signMarkup(markupOf(one), one.parts, { agreement: at.agreement, keys: dienst.keys });
      await requireRefused(at, pack(envelope, one.parts), { code: 'SIGNATURE_INVALID', error: SECURITY });
      await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts));
    }));

  it('A80 unsigned where the contract signs, whatever the profile [ebMS2 §4.1.4.1-1, KVS §4.1.4.1-1]', async () => {
    for (const terms of [TERMS, { profile: 'osb-rm-s' }, { profile: 'osb-be-s' }] as const) {
      await withReceiver(terms, async (at) => {
        const one = draft(at);
        await requireRefused(at, pack(markupOf(one), one.parts), { code: 'SIGNATURE_MISSING', error: SECURITY });
        await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts));
      });
    }
  });

  it('A80 a contract with SHA-1 counts for nothing unless the configuration allows it for the partner [Digikoppeling SIGN001]', () => {
    const weak = Buffer.from(contract({ ...TERMS, version: 'weak' }))
      .toString()
      .replaceAll(RSA_SHA256, `${DS}rsa-sha1`);
    return withReceiver(
      { ...TERMS, version: 'weak' },
      async (at) => {
        const one = draft(at);
        const markup = markupOf(one);
        const changes = { method: algorithm('SignatureMethod', `${DS}rsa-sha1`) };
        const request = pack(fillIn(insert(markup, one.parts, changes)), one.parts);
        await requireRefused(at, request, { code: 'SIGNATURE_ALGORITHM', error: SECURITY });
      },
      { cpas: [Buffer.from(weak)] },
    );
  });

  it('A28 words of a partner have a bound in what is said of a refusal, in the log and on record', () =>
    withReceiver(TERMS, async (at) => {
      const one = draft(at);
      const envelope = (await sealDraft(one, at.agreement)).toString();
      const long = 'x'.repeat(500_000);
      for (const [from, to, code] of [
        ['URI="cid:', `URI="cid:${long}`, 'SIGNATURE_COVERAGE'],
        ['<ds:DigestMethod Algorithm="', `<ds:DigestMethod Algorithm="${long}`, 'SIGNATURE_ALGORITHM'],
      ] as const) {
        await requireRefused(at, pack(envelope.replace(from, to), one.parts), { code, error: SECURITY });
        const [refusal] = (await at.here.store.listRefusals({ limit: 1 })).items;
        assert.equal(refusal?.detail?.length, 1000);
      }
      assert.ok(JSON.stringify(at.here.warnings).length < 5000);
    }));
});

function digestOf(text: string): string {
  return hash('sha256', text, 'base64');
}

function partReferences(parts: readonly DraftPart[]): string {
  return parts.map(({ contentId, body }) => reference(`cid:${contentId}`, hash('sha256', body, 'base64'))).join('');
}

function insert(markup: string, parts: readonly DraftPart[], changes: SignatureMarkup): string {
  const signature = signatureMarkup({ references: partReferences(parts), ...changes });
  return markup.replace('</soap:Header>', () => `${signature}</soap:Header>`);
}

/** A message whose Signature has any markup: digest and value are right for what it says, by the partner's own key. */
function marked(one: Draft, changes: SignatureMarkup): ReturnType<typeof pack> {
  return pack(digested(one, changes), one.parts);
}

function digested(one: Draft, changes: SignatureMarkup): string {
  return fillIn(insert(markupOf(one), one.parts, changes), gemeente.keys);
}

function signedInfoOf(markup: string): Buffer {
  const { root } = parseXml(Buffer.from(markup));
  const signedInfo = findDeep(root, 'SignedInfo');
  assert.ok(signedInfo !== undefined);
  return canonicalize(signedInfo, { exclusive: false, comments: false });
}
