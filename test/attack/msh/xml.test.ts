import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/errors.ts';
import {
  type Draft,
  draft,
  markupOf,
  pack,
  type Receiving,
  requireAccepted,
  requireRefused,
  sealDraft,
  signMarkup,
  withReceiver,
} from '../../setup/msh-partner.ts';

const TERMS = { profile: 'osb-rm-s', sync: true } as const;
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

describe('the XML of a message', () => {
  const doctypes: Readonly<Record<string, string>> = {
    'A01 an external entity of a file': '<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    'A01 an external DTD': '<!DOCTYPE e SYSTEM "file:///etc/passwd">',
    'A01 an external parameter entity': '<!DOCTYPE e [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>',
    'A04 a billion laughs': `<!DOCTYPE e [<!ENTITY a "ha">${'bcdefghij'
      .split('')
      .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghij'[index]};`.repeat(10)}">`)
      .join('')}]>`,
    'A06 an internal DTD without entities': '<!DOCTYPE e [<!ELEMENT e ANY>]>',
    'A06 an empty DOCTYPE': '<!DOCTYPE e>',
  };
  for (const [title, doctype] of Object.entries(doctypes)) {
    for (const before of ['', DECLARATION]) {
      it(`${title}${before === '' ? '' : ', behind a declaration'}: a Fault of fixed text`, () =>
        refusedBytes((bytes) => Buffer.concat([Buffer.from(before + doctype), bytes]), 'XML_FORBIDDEN'));
    }
  }

  it('A04 a reference to an entity without a DTD', () =>
    refusedBytes((bytes) => replaced(bytes, '<eb:Action>', '<eb:Action>&lol;'), 'XML_FORBIDDEN'));

  it('A12 one byte order mark is taken, before a declaration too [ebMS2 §2.2.1-1]', () =>
    withReceiver(TERMS, async (at) => {
      for (const start of ['\uFEFF', `\uFEFF${DECLARATION}`, DECLARATION]) {
        const { envelope, one } = await sealed(at);
        await requireAccepted(at, pack(Buffer.concat([Buffer.from(start), envelope]), one.parts));
      }
    }));

  const beginnings: Readonly<Record<string, string>> = {
    'two byte order marks': '\uFEFF\uFEFF',
    'white space before the declaration': ` ${DECLARATION}`,
    'a line end before the declaration': `\r\n${DECLARATION}`,
    'a byte order mark behind the declaration': `${DECLARATION}\uFEFF`,
  };
  for (const [what, start] of Object.entries(beginnings)) {
    it(`A12 ${what}`, () => refusedBytes((bytes) => Buffer.concat([Buffer.from(start), bytes]), 'XML_MALFORMED'));
  }
  it('A12 a byte order mark inside an identifier', () =>
    refusedBytes((bytes) => replaced(bytes, '<eb:Action>', '<eb:Action>\uFEFF'), undefined));

  const octets: Readonly<Record<string, readonly number[]>> = {
    'a lone continuation octet': [0x80],
    'an overlong slash': [0xc0, 0xaf],
    'an overlong NUL': [0xc0, 0x80],
    'a lone surrogate': [0xed, 0xa0, 0x80],
    'a sequence that is cut off': [0xe2, 0x82],
    'a code point past the last': [0xf4, 0x90, 0x80, 0x80],
    NUL: [0],
    'a control character': [0x0b],
  };
  for (const [what, wrong] of Object.entries(octets)) {
    it(`A13 ${what}`, () =>
      refusedBytes((bytes) => {
        const at = bytes.indexOf('conversation-1');
        return Buffer.concat([bytes.subarray(0, at), Buffer.from(wrong), bytes.subarray(at)]);
      }, 'XML_MALFORMED'));
  }
  it('A13 a control character of C1, as octets or by reference', async () => {
    for (const character of ['\u0085', '&#x85;'])
      await refusedBytes((bytes) => replaced(bytes, 'conversation-1', character), 'XML_FORBIDDEN');
  });
  it('A13 NUL or a surrogate by reference', async () => {
    for (const reference of ['&#0;', '&#xD800;', '&#x110000;'])
      await refusedBytes((bytes) => replaced(bytes, 'conversation-1', reference), 'XML_MALFORMED');
  });

  it('A14 a second root, or content behind the root', async () => {
    for (const tail of ['<e/>', 'text', '<![CDATA[x]]>', '&#32;'])
      await refusedBytes((bytes) => Buffer.concat([bytes, Buffer.from(tail)]), 'XML_MALFORMED');
    await refusedBytes((bytes) => Buffer.concat([bytes, bytes]), 'XML_MALFORMED');
  });

  it('A15 a comment or instruction that splits an identifier', async () => {
    for (const inside of ['<!--x-->', '<?x y?>']) {
      for (const element of [
        'eb:MessageId',
        'eb:CPAId',
        'eb:PartyId eb:type="urn:osb:oin"',
        'eb:Action',
        'eb:Service eb:type="urn:osb:services"',
        'eb:ConversationId',
        'eb:Role',
        'eb:Timestamp',
      ])
        await refusedMarkup((markup) => insertAfter(markup, `<${element}>`, 3, inside), 'HEADER_INVALID');
    }
  });

  it('A16 CDATA in an identifier is text like any other: the same message', () =>
    withReceiver(TERMS, async (at) => {
      const one = draft(at);
      const { messageId } = one.message.header.messageData;
      const plain = markupOf(one);
      const markup = plain.replace(`>${messageId}<`, `><![CDATA[${messageId}]]><`);
      assert.notEqual(markup, plain);
      const request = pack(await signMarkup(markup, one.parts, at), one.parts);
      const answer = await requireAccepted(at, request);
      assert.equal((await at.here.gateway.messages.find(messageId)).state, 'RECEIVED');
      // C14N turns it into text: the retry without CDATA is the same message.
      const again = await at.here.post(pack(await signMarkup(plain, one.parts, at), one.parts));
      assert.deepEqual(again.body, answer.body);
    }));
  it('A16 an element inside MessageId', () =>
    refusedMarkup((markup) => insertAfter(markup, '<eb:MessageId>', 3, '<eb:Action>x</eb:Action>'), 'HEADER_INVALID'));

  it('A18 an element of the ebMS namespace that the schema does not know', async () => {
    await refusedMarkup(
      (markup) => markup.replace('</eb:MessageHeader>', '<eb:More/></eb:MessageHeader>'),
      'HEADER_INVALID',
    );
    await refusedMarkup(
      (markup) => markup.replace('</soap:Header>', '<eb:More eb:version="2.0"/></soap:Header>'),
      'HEADER_INVALID',
    );
    await refusedMarkup(
      (markup) => markup.replace('</soap:Header>', '<eb:More soap:mustUnderstand="1" eb:version="2.0"/></soap:Header>'),
      'FEATURE_UNSUPPORTED',
      ['NotSupported', '//Header'],
    );
  });
  it('A18 a header block that must be understood and is not [ebMS2 §2.3.6-1, ebMS2 §2.3.9-2]', async () => {
    for (const actor of ['', ' soap:actor="http://schemas.xmlsoap.org/soap/actor/next"'])
      await refusedMarkup(
        (markup) =>
          markup.replace('</soap:Header>', `<x:x xmlns:x="urn:x" soap:mustUnderstand="1"${actor}/></soap:Header>`),
        'SOAP_MUST_UNDERSTAND',
      );
  });
  it('A18 A80 a wrong version on any ebMS element [ebMS2 §2.3.8-2, KVS §2.3.8-1]', async () => {
    for (const element of ['MessageHeader', 'AckRequested', 'SyncReply', 'Manifest']) {
      const place = element === 'Manifest' ? 'Body' : 'Header';
      for (const version of ['1.0', '2.1', '2']) {
        await refusedMarkup(
          (markup) => markup.replace(new RegExp(`(<eb:${element}[^>]* eb:version=")2\\.0"`), `$1${version}"`),
          'HEADER_VALUE',
          ['Inconsistent', `//${place}/${element}/@version`],
        );
      }
    }
  });
});

async function sealed(at: Receiving): Promise<{ readonly envelope: Buffer; readonly one: Draft }> {
  const one = draft(at);
  return { envelope: await sealDraft(one, at.agreement), one };
}

function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const at = bytes.indexOf(from);
  assert.ok(at >= 0, from);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(to), bytes.subarray(at + Buffer.byteLength(from))]);
}

function insertAfter(markup: string, tag: string, octets: number, inside: string): string {
  const at = markup.indexOf(tag);
  assert.ok(at >= 0, tag);
  const place = at + tag.length + octets;
  return markup.slice(0, place) + inside + markup.slice(place);
}

/** The honest message passes; the same octets, changed on the way, do not. */
function refusedBytes(change: (bytes: Buffer) => Buffer, code: ErrorCode | undefined): Promise<void> {
  return withReceiver(TERMS, async (at) => {
    const { envelope, one } = await sealed(at);
    await requireAccepted(at, pack(envelope, one.parts));
    const next = await sealed(at);
    const request = pack(change(next.envelope), next.one.parts);
    if (code === undefined) await refusedSomehow(at, request);
    else await requireRefused(at, request, { code });
  });
}

async function refusedSomehow(at: Receiving, request: ReturnType<typeof pack>): Promise<void> {
  const before = await at.here.store.listMessages({ limit: 10 });
  const answer = await at.here.post(request);
  assert.doesNotMatch(answer.body.toString(), /<eb:Acknowledgment/);
  assert.deepEqual(await at.here.store.listMessages({ limit: 10 }), before);
  assert.equal((await at.here.store.listRefusals({ limit: 10 })).items.length, 1);
}

/** The partner itself signs the changed markup, so that nothing but the change can be refused. */
function refusedMarkup(
  change: (markup: string) => string,
  code: ErrorCode,
  error?: readonly [string, string],
): Promise<void> {
  return withReceiver(TERMS, async (at) => {
    const honest = await sealed(at);
    await requireAccepted(at, pack(honest.envelope, honest.one.parts));
    const one = draft(at);
    const markup = markupOf(one);
    const changed = change(markup);
    assert.notEqual(changed, markup);
    const request = pack(await signMarkup(changed, one.parts, at), one.parts);
    await requireRefused(at, request, error === undefined ? { code } : { code, error });
  });
}
