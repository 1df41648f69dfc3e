import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { skipUnless } from '../../setup/skip.ts';
import { partyA } from '../../setup/test-keys.ts';
import {
  algorithm,
  envelope,
  EXCLUSIVE,
  HEADER,
  NEXT_MSH,
  PARTS,
  reference,
  signatureMarkup,
  signedParts,
  signMessage,
  SYNC_REPLY,
  TRANSFORMS,
  verifyMessage,
} from '../../unit/xmlsec/signed-message.ts';
import { signedByXmlsec1, verifiedByXmlsec1, xmlsec1 } from './xmlsec1.ts';

const NEXT_ACK = `<eb:AckRequested soap:actor="${NEXT_MSH}" eb:signed="false"></eb:AckRequested>`;
const FOUR = [
  ...PARTS,
  { contentId: 'empty@a.test', body: Buffer.alloc(0) },
  { contentId: 'bare-uuid', body: Buffer.from([0, 1, 0xff, 13, 10]) },
  { contentId: 'text@a.test', body: Buffer.from('a\r\nb\n') },
];
const SIGNED_HERE = [
  ['with SyncReply and one part', envelope(), PARTS],
  ['with a header for the next MSH and four parts', envelope(HEADER + SYNC_REPLY + NEXT_ACK), FOUR],
  ['without parts', envelope(HEADER, ''), []],
  ['with characters to escape', envelope(`${HEADER}<eb:X b="&#13;&amp;&#10;">é€\u{1F600}&#13;&gt;</eb:X>`), PARTS],
  [
    'with a default namespace and xml:lang',
    envelope().replace(' xmlns:ds', ' xmlns="urn:d" xml:lang="nl" xmlns:ds'),
    PARTS,
  ],
] as const;

const EXCLUSIVE_LIST = `<x:InclusiveNamespaces xmlns:x="${EXCLUSIVE}" PrefixList="soap eb"/>`;
const emptyReference = (uri: string): string => reference(uri, '');
const template = (changes: Parameters<typeof signatureMarkup>[0]): string =>
  envelope()
    .replace('</soap:Header>', `${signatureMarkup(changes)}</soap:Header>`)
    .replace('@ENVELOPE@', '')
    .replace('@SIGNATURE@', '');
const references = PARTS.map((one) => emptyReference(`cid:${one.contentId}`)).join('');

const SIGNED_THERE = [
  ['inclusive', template({ references })],
  [
    'exclusive with PrefixList',
    template({
      references,
      canonicalization: algorithm('CanonicalizationMethod', EXCLUSIVE, EXCLUSIVE_LIST),
      transforms: [...TRANSFORMS.slice(0, 2), algorithm('Transform', EXCLUSIVE, EXCLUSIVE_LIST)].join(''),
    }),
  ],
  ['no canonicalization transform', template({ references, transforms: TRANSFORMS.slice(0, 2).join('') })],
  [
    'declaration, comments, instructions and another prefix',
    `<?xml version="1.0" encoding="UTF-8"?>\n<!--c-->\n${template({ references }).replaceAll('soap:', 'S:').replace('xmlns:soap', 'xmlns:S').replace('<S:Body>', '<!--d--><?p q?><S:Body>')}\n<?e?>`,
  ],
] as const;

describe('XML Signature with xmlsec1', () => {
  for (const [title, markup, parts] of SIGNED_HERE) {
    it(`§4.1.3 ${title}: signed here, verified there [ebMS2 §4.1.3-9, ebMS2 §4.1.3-4, Digikoppeling SIGN002, KVS §4.1.4.1-2]`, async function () {
      skipUnless(this, xmlsec1 !== undefined, 'xmlsec1 is not on PATH');
      const document = await signMessage(markup, parts);
      await verifyMessage(document, { parts: signedParts(parts) });
      const { ok, said } = verifiedByXmlsec1({ document, parts, key: partyA.certificatePem });
      assert.ok(ok, said);
    });
  }

  for (const [title, document] of SIGNED_THERE) {
    it(`§4.1.3 ${title}: signed there, verified here [ebMS2 §4.1.3-9, ebMS2 §4.1.3-6, Digikoppeling SIGN002]`, async function () {
      skipUnless(this, xmlsec1 !== undefined, 'xmlsec1 is not on PATH');
      const signed = signedByXmlsec1({ document, parts: PARTS, key: partyA.keyPem });
      await verifyMessage(signed);
      await assert.rejects(verifyMessage(signed.replace('>doen<', '>laten<')), { code: 'SIGNATURE_INVALID' });
    });
  }
});
