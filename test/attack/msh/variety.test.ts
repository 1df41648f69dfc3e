import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { gemeente } from '../../setup/msh-contracts.ts';
import {
  type Draft,
  type DraftPart,
  draft,
  markupOf,
  pack,
  type Packing,
  type Receiving,
  requireAccepted,
  sealDraft,
  signMarkup,
  withReceiver,
} from '../../setup/msh-partner.ts';
import { payloadsOf, untilState } from '../../setup/msh-pair.ts';
import {
  algorithm,
  EXCLUSIVE,
  fillIn,
  reference,
  signatureMarkup,
  TRANSFORMS,
} from '../../unit/xmlsec/signed-message.ts';

const TERMS = { profile: 'osb-rm-s', sync: true } as const;
const EC = 'http://www.w3.org/2001/10/xml-exc-c14n#';

const described = (encoding: string): NonNullable<Packing['partHeaders']> => {
  return ({ contentId, contentType }) => [
    `Content-Type: ${contentType}`,
    `Content-ID: <${contentId}>`,
    `Content-Transfer-Encoding: ${encoding}`,
  ];
};

describe('honest variety', () => {
  const lists = ['', 'eb', 'soap eb', 'eb xlink soap ds'];
  for (const list of lists) {
    it(`A85 exclusive C14N with PrefixList "${list}" [KVS §4.1.4.1-2]`, () =>
      withReceiver(TERMS, async (at) => {
        const one = draft(at);
        const inclusive =
          list === '' ? '' : `<ec:InclusiveNamespaces xmlns:ec="${EC}" PrefixList="${list}"></ec:InclusiveNamespaces>`;
        const [enveloped = '', filter = ''] = TRANSFORMS;
        const signature = signatureMarkup({
          canonicalization: algorithm('CanonicalizationMethod', EXCLUSIVE, inclusive),
          transforms: enveloped + filter + algorithm('Transform', EXCLUSIVE, inclusive),
          references: one.parts
            .map(({ contentId, body }) => reference(`cid:${contentId}`, hash('sha256', body, 'base64')))
            .join(''),
        });
        const markup = markupOf(one).replace('</soap:Header>', () => `${signature}</soap:Header>`);
        await acceptedAsItIs(at, one, pack(fillIn(markup, gemeente.keys), one.parts));
      }));
  }

  const packings: Readonly<Record<string, Packing>> = {
    'a part as base64': { partHeaders: described('base64'), encode: (body) => Buffer.from(body.toString('base64')) },
    'a part as BASE64 in lines': {
      partHeaders: described('BASE64'),
      encode: (body) => Buffer.from((body.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n')),
    },
    'a part as quoted-printable': {
      partHeaders: described('Quoted-Printable'),
      encode: (body) =>
        Buffer.from([...body].map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('')),
    },
    'a part as 8bit': { partHeaders: described('8bit') },
    'start pointing past the first part': { rootAt: 1 },
    'Multipart/Related in another case': {
      contentType: (boundary) =>
        `Multipart/RELATED; Boundary="${boundary}"; TYPE="text/xml"; Start="<envelope@gemeente.test>"`,
    },
    'a Content-Type without start': {
      contentType: (boundary) => `multipart/related; boundary=${boundary}; type="text/xml"`,
    },
    'start that names no part': {
      contentType: (boundary) =>
        `multipart/related; boundary=${boundary}; type="text/xml"; start="<nobody@gemeente.test>"`,
    },
    'a Content-ID that is folded': {
      partHeaders: ({ contentId, contentType }) => [`Content-Type: ${contentType}`, `Content-ID:\r\n\t<${contentId}>`],
    },
    'a preamble': { preamble: 'This is a MIME message.\r\n' },
  };
  for (const [what, packing] of Object.entries(packings)) {
    it(`A85 ${what}`, () =>
      withReceiver(TERMS, async (at) => {
        const one = draft(at);
        await acceptedAsItIs(at, one, pack(await sealDraft(one, at.agreement), one.parts, packing));
      }));
  }

  it('A85 a percent-encoded cid:', () =>
    withReceiver(TERMS, async (at) => {
      const part: DraftPart = { contentId: 'één%/document@gemeente.test', body: Buffer.from('<x/>') };
      const one = draft(at, [part]);
      await acceptedAsItIs(at, one, pack(await sealDraft(one, at.agreement), one.parts));
      const plain: DraftPart = { contentId: 'document@gemeente.test', body: Buffer.from('<x/>') };
      const two = draft(at, [plain]);
      const markup = markupOf(two).replace('cid:document@gemeente.test', 'cid:docu%6Dent%40gemeente.test');
      await acceptedAsItIs(at, two, pack(await signMarkup(markup, two.parts, at), two.parts));
    }));

  it('A85 a foreign header block without mustUnderstand [ebMS2 §2.3.6-2, KVS §2.3.6-1]', () =>
    withReceiver(TERMS, async (at) => {
      for (const actor of ['', ' soap:actor="urn:somebody"', ' soap:mustUnderstand="0"']) {
        const one = draft(at);
        const block = `<x:trace xmlns:x="urn:trace"${actor}>one<x:two a="b"/><!-- three --></x:trace>`;
        const markup = markupOf(one).replace('<soap:Header>', () => `<soap:Header>${block}`);
        await acceptedAsItIs(at, one, pack(await signMarkup(markup, one.parts, at), one.parts));
      }
    }));

  it('A17 A85 other prefixes, a default namespace, white space and declarations nobody uses [ebMS2 §2.3-2]', () =>
    withReceiver(TERMS, async (at) => {
      const one = draft(at);
      const markup = markupOf(one)
        .replaceAll('<eb:', '<')
        .replaceAll('</eb:', '</')
        .replaceAll('soap:', 'S:')
        .replace('xmlns:soap=', 'xmlns:S=')
        .replace(
          ' xmlns:eb=',
          ' xmlns="http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd" xmlns:unused="urn:u" xmlns:eb=',
        )
        .replaceAll('><', '>\n  <');
      await acceptedAsItIs(at, one, pack(await signMarkup(markup, one.parts, at), one.parts));
    }));

  it('A85 many parts, an empty one, and one with the octets of a boundary [ebMS2 §2.1.4-2]', () =>
    withReceiver(TERMS, async (at) => {
      const bodies = ['', '\r\n--MIME_boundar', '--MIME_boundary\r\n'.slice(0, 5), '\r\n\r\n', '\0\x01\xff'];
      const parts = bodies.map((body, index) => ({
        contentId: `${index}@gemeente.test`,
        body: Buffer.from(body, 'latin1'),
      }));
      const one = draft(at, parts);
      await acceptedAsItIs(at, one, pack(await sealDraft(one, at.agreement), one.parts));
    }));
});

/** Accepted, with the payloads octet for octet and a signed receipt. */
async function acceptedAsItIs(at: Receiving, one: Draft, request: ReturnType<typeof pack>): Promise<void> {
  const answer = await requireAccepted(at, request);
  assert.match(answer.body.toString(), /<eb:Acknowledgment .*<ds:Signature>/s);
  const message = await untilState(at.here, one.message.header.messageData.messageId, 'RECEIVED');
  assert.deepEqual(
    await payloadsOf(at.here, message),
    one.parts.map((part) => part.body),
  );
}
