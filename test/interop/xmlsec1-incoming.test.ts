import assert from 'node:assert/strict';
import { signedByXmlsec1, xmlsec1 } from '../conformance/xmlsec/xmlsec1.ts';
import { gemeente } from '../setup/msh-contracts.ts';
import {
  type Draft,
  draft,
  markupOf,
  pack,
  type Receiving,
  requireAccepted,
  requireRefused,
  SECURITY,
  withReceiver,
} from '../setup/msh-partner.ts';
import { skipUnless } from '../setup/skip.ts';
import {
  algorithm,
  EXCLUSIVE,
  INCLUSIVE,
  reference,
  type SignatureMarkup,
  signatureMarkup,
  TRANSFORMS,
} from '../unit/xmlsec/signed-message.ts';

const FILTER = TRANSFORMS.slice(0, 2).join('');
const list = (prefixes: string): string =>
  `<x:InclusiveNamespaces xmlns:x="${EXCLUSIVE}" PrefixList="${prefixes}"></x:InclusiveNamespaces>`;
const method = (uri: string, content = ''): string => algorithm('CanonicalizationMethod', uri, content);
const transform = (uri: string, content = ''): string => FILTER + algorithm('Transform', uri, content);

const FORMS: Readonly<Record<string, SignatureMarkup>> = {
  'inclusive twice, as ebMS2 and every known peer have it': {},
  'exclusive twice': { canonicalization: method(EXCLUSIVE), transforms: transform(EXCLUSIVE) },
  'exclusive with a PrefixList': {
    canonicalization: method(EXCLUSIVE, list('soap eb')),
    transforms: transform(EXCLUSIVE, list('soap eb xlink')),
  },
  'exclusive with #default in its PrefixList': { transforms: transform(EXCLUSIVE, list('#default soap')) },
  'exclusive of SignedInfo, inclusive of the envelope': { canonicalization: method(EXCLUSIVE) },
  'inclusive of SignedInfo, exclusive of the envelope': { transforms: transform(EXCLUSIVE) },
  'inclusive by default: no transform that names it': { transforms: FILTER },
  'inclusive 1.0 named, SignedInfo exclusive with a PrefixList': {
    canonicalization: method(EXCLUSIVE, list('ds')),
    transforms: transform(INCLUSIVE),
  },
};

describe('what xmlsec1 signed, accepted by a whole gateway', () => {
  before(function () {
    skipUnless(this, xmlsec1 !== undefined, 'xmlsec1 is not on PATH');
  });

  for (const [what, form] of Object.entries(FORMS)) {
    it(`§4.1.3 ${what} [ebMS2 §4.1.3-9]`, () =>
      withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
        const one = draft(at);
        const { body } = await requireAccepted(at, pack(signedThere(one, form), one.parts));
        assert.match(body.toString(), /<eb:Acknowledgment /);
        await requireSecond(at, form);
      }));
  }
});

/** The same form with one character changed after signing is refused. */
async function requireSecond(at: Receiving, form: SignatureMarkup): Promise<void> {
  const one = draft(at);
  const changed = signedThere(one, form).replace('>conversation-1<', '>conversation-2<');
  await requireRefused(at, pack(changed, one.parts), { code: 'SIGNATURE_INVALID', error: SECURITY });
}

function signedThere(one: Draft, form: SignatureMarkup): string {
  const references = one.parts.map(({ contentId }) => reference(`cid:${contentId}`, '')).join('');
  const signature = signatureMarkup({ references, ...form })
    .replace('@ENVELOPE@', '')
    .replace('@SIGNATURE@', '');
  const document = markupOf(one).replace('</soap:Header>', () => `${signature}</soap:Header>`);
  return signedByXmlsec1({ document, parts: one.parts, key: gemeente.keys.keyPem });
}
