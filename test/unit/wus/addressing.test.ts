import assert from 'node:assert/strict';
import { GatewayError, type ErrorCode } from '../../../src/errors.ts';
import { checkAnswer, checkRequest } from '../../../src/wus/addressing/check-addressing.ts';
import { checkDestination } from '../../../src/wus/addressing/check-destination.ts';
import { oinInAddress, withOin } from '../../../src/wus/addressing/oin-in-address.ts';
import { parseAddressing } from '../../../src/wus/addressing/parse-addressing.ts';
import { checkKnownAction, checkSameAction, readSoapAction } from '../../../src/wus/addressing/soap-action.ts';
import { writeAddressing } from '../../../src/wus/addressing/write-addressing.ts';
import { WSA_ANONYMOUS, WSA_NAMESPACE, WSA_NONE, WSA_REPLY, WSU_NAMESPACE } from '../../../src/wus/namespaces.ts';
import { signBlock } from '../../../src/wus/security/signed-parts.ts';
import { canonicalize, digestCanonical } from '../../../src/xml/c14n.ts';
import { attribute, parseXml } from '../../../src/xml/tree.ts';
import { heapInUse } from '../../setup/heap-in-use.ts';

const OIN = '00000099000000001000';
const TO = '<wsa:To>https://dienst.test/wus/echo</wsa:To>';
const ACTION = '<wsa:Action>urn:echo:Echo</wsa:Action>';
const MESSAGE_ID = '<wsa:MessageID>urn:uuid:1</wsa:MessageID>';
const COMPLETE = TO + ACTION + MESSAGE_ID;

const parse = (blocks: string): ReturnType<typeof parseAddressing> =>
  parseAddressing(
    parseXml(
      Buffer.from(
        `<s:Header xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wsa="${WSA_NAMESPACE}">${blocks}</s:Header>`,
      ),
    ).root,
  );

const throws = (code: ErrorCode, run: () => unknown): void =>
  assert.throws(run, (error) => error instanceof GatewayError && error.code === code);

describe('WS-Addressing headers', () => {
  it('are kept without the envelope that they stood in', () => {
    const kept: ReturnType<typeof parse>[] = [];
    const before = heapInUse();
    while (kept.length < 100) kept.push(parse(COMPLETE + ' '.repeat(100_000)));
    assert.ok(heapInUse() - before < 2_000_000);
    assert.equal(kept.at(-1)?.messageId, 'urn:uuid:1');
  });

  it('[Digikoppeling WA001-MessageID] are read whatever prefix they have and whatever IRI they hold', () => {
    const read = parseAddressing(
      parseXml(
        Buffer.from(
          `<Header><MessageID xmlns="${WSA_NAMESPACE}"> CUSTOM@3f2a@http://a.test </MessageID><a:RelatesTo xmlns:a="${WSA_NAMESPACE}" RelationshipType="${WSA_REPLY}">urn:x</a:RelatesTo><wsa:From xmlns:wsa="${WSA_NAMESPACE}"> <wsa:Address>https://a.test</wsa:Address> </wsa:From></Header>`,
        ),
      ).root,
    );
    assert.equal(read.messageId, 'CUSTOM@3f2a@http://a.test');
    assert.equal(read.relatesTo, 'urn:x');
    assert.equal(read.from, 'https://a.test');
    assert.equal(read.to, undefined);
  });

  for (const [why, blocks] of [
    ['one that stands there twice', COMPLETE + TO],
    ['one that holds a comment', '<wsa:To>https://a<!-- -->.test</wsa:To>'],
    ['one that holds an element', '<wsa:To><wsa:Address>https://a.test</wsa:Address></wsa:To>'],
    ['an empty one', '<wsa:MessageID> </wsa:MessageID>'],
    ['a MessageID with white space inside', '<wsa:MessageID>urn:uuid:1 2</wsa:MessageID>'],
    ['one that is too long', `<wsa:MessageID>urn:${'x'.repeat(2048)}</wsa:MessageID>`],
    ['one for another actor', TO.replace('To>', 'To s:actor="urn:other">')],
    ['a reference parameter', TO.replace('To>', 'To wsa:IsReferenceParameter="true">')],
    ['another relation than a reply', '<wsa:RelatesTo RelationshipType="urn:other">urn:1</wsa:RelatesTo>'],
  ] as const) {
    it(`are refused with ${why}`, () => throws('WUS_HEADER_VALUE', () => parse(blocks)));
  }

  for (const [why, content] of [
    ['reference parameters', '<wsa:Address>urn:a</wsa:Address><wsa:ReferenceParameters/>'],
    ['metadata', '<wsa:Address>urn:a</wsa:Address><wsa:Metadata/>'],
    ['two addresses', '<wsa:Address>urn:a</wsa:Address><wsa:Address>urn:b</wsa:Address>'],
    ['no address', ''],
    ['bare text', 'urn:a'],
    ['text beside the address', 'urn:b<wsa:Address>urn:a</wsa:Address>'],
  ] as const) {
    it(`[Digikoppeling WA001-Address] refuse an endpoint reference with ${why}`, () => {
      for (const name of ['From', 'ReplyTo', 'FaultTo'])
        throws('WUS_HEADER_VALUE', () => parse(`<wsa:${name}>${content}</wsa:${name}>`));
    });
  }

  it('[Digikoppeling WS007] that the profile does not have are foreign', () => {
    throws('WUS_HEADER_FOREIGN', () => parse('<wsa:ReplyAfter>urn:a</wsa:ReplyAfter>'));
  });
});

const without = (block: string) => () => checkRequest(parse(COMPLETE.replace(block, '')));

describe('the addressing of a request', () => {
  it('[Digikoppeling WA001-To] [Digikoppeling WA001-Action] [Digikoppeling WA001-MessageID] is refused where any of these is missing', () => {
    throws('WUS_TO', without(TO));
    throws('WUS_ACTION', without(ACTION));
    throws('WUS_MESSAGE_ID', without(MESSAGE_ID));
  });

  it('[Digikoppeling WA001-ReplyTo] [Digikoppeling WA001-other] sends answers and faults nowhere else', () => {
    for (const name of ['ReplyTo', 'FaultTo']) {
      const to = (address: string): string =>
        `${COMPLETE}<wsa:${name}><wsa:Address>${address}</wsa:Address></wsa:${name}>`;
      checkRequest(parse(to(WSA_ANONYMOUS)));
      checkRequest(parse(to(WSA_NONE)));
      throws('WUS_HEADER_VALUE', () => checkRequest(parse(to('https://elsewhere.test'))));
    }
    assert.equal(checkRequest(parse(COMPLETE)).messageId, 'urn:uuid:1');
  });

  it('[Digikoppeling WA001-To] names this service', () => {
    const service = { name: 'echo', addresses: [], ours: new Set([OIN]), plainAddresses: false };
    for (const to of ['https://a.test/wus/echo', `https://a.test/wus/echo?oin=${OIN}`, WSA_ANONYMOUS]) {
      checkDestination(to, service);
    }
    for (const to of [
      'https://a.test/wus/other',
      'https://a.test/wus/echo/x',
      'https://a.test/xecho',
      'https://a.test/?x=/echo',
      'https://a.test/#/echo',
      'https://a.test/wus/echo?OIN=00000099000000002000',
      `${WSA_ANONYMOUS}?OIN=00000099000000002000`,
      'javascript:/echo',
      'urn:x:/echo',
      '/wus/echo',
      'http://a.test/wus/echo',
      'https:///echo',
      'https://me@a.test/wus/echo',
      'https://a.test\\@b.test/wus/echo',
      'https://a.test/wus/../echo',
      'https://a.test/x/%2E./echo',
      'https://a.test/./echo',
      'https://a.test/wus/echo#x',
      'https://a.test/wus/echo?x=1#y',
      'https://a b/wus/echo',
    ]) {
      throws('WUS_HEADER_VALUE', () => checkDestination(to, service));
    }
    checkDestination('http://a.test/wus/echo', { ...service, plainAddresses: true });
    throws('WUS_HEADER_VALUE', () => checkDestination('ftp://a.test/wus/echo', { ...service, plainAddresses: true }));
  });

  it('is one of the addresses where the service has them, and nothing else [Digikoppeling WA001-To]', () => {
    const addresses = ['urn:dienst:echo', 'https://a.test/dienst'];
    const service = { name: 'echo', addresses, ours: new Set([OIN]), plainAddresses: true };
    for (const to of [...addresses, `urn:dienst:echo?OIN=${OIN}`, `https://a.test/dienst?OIN=${OIN}`, WSA_ANONYMOUS])
      checkDestination(to, service);
    for (const to of ['https://a.test/wus/echo', 'https://b.test/dienst', 'urn:dienst:echo?x#y'])
      throws('WUS_HEADER_VALUE', () => checkDestination(to, service));
  });
});

describe('the addressing of an answer', () => {
  it('[Digikoppeling WA001-RelatesTo] relates to the request and to no other', () => {
    const related = `${ACTION}${MESSAGE_ID}<wsa:RelatesTo>urn:uuid:0</wsa:RelatesTo>`;
    assert.equal(checkAnswer(parse(related), 'urn:uuid:0').messageId, 'urn:uuid:1');
    throws('WUS_RELATES_TO', () => checkAnswer(parse(related), 'urn:uuid:2'));
    throws('WUS_RELATES_TO', () => checkAnswer(parse(ACTION + MESSAGE_ID), 'urn:uuid:0'));
    throws('WUS_ACTION', () => checkAnswer(parse(related.replace(ACTION, '')), 'urn:uuid:0'));
    throws('WUS_MESSAGE_ID', () => checkAnswer(parse(related.replace(MESSAGE_ID, '')), 'urn:uuid:0'));
  });
});

describe('an OIN in an address', () => {
  it('[Digikoppeling WA001-OIN] is found whatever the case of its name, and put there once', () => {
    assert.equal(oinInAddress(`https://a.test/x?oin=${OIN}`), OIN);
    assert.equal(oinInAddress(`https://a.test/x?a=b&Oin=${OIN}_T#f`), OIN);
    assert.equal(oinInAddress(`https://a.test/x?OIN=1`), '1');
    assert.equal(oinInAddress(`https://a.test/x?join=${OIN}`), undefined);
    assert.equal(oinInAddress(undefined), undefined);
    throws('WUS_HEADER_VALUE', () => oinInAddress(`https://a.test/x?OIN=${OIN}&oin=${OIN}`));
    assert.equal(withOin('https://a.test/x', OIN), `https://a.test/x?OIN=${OIN}`);
    assert.equal(withOin('https://a.test/x?a=b', OIN), `https://a.test/x?a=b&OIN=${OIN}`);
    assert.equal(withOin(`https://a.test/x?oin=1`, OIN), 'https://a.test/x?oin=1');
  });
});

describe('SOAPAction', () => {
  it('[Digikoppeling WS002] is "" or the Action, in quotes or without', () => {
    assert.equal(readSoapAction('""'), '');
    assert.equal(readSoapAction('"urn:a"'), 'urn:a');
    assert.equal(readSoapAction('urn:a'), 'urn:a');
    for (const header of [undefined, '', '"', '"a', 'a"', 'a b', ['"a"', '"b"']])
      throws('WUS_SOAP_ACTION', () => readSoapAction(header));
    checkSameAction('', 'urn:a');
    checkSameAction('urn:a', 'urn:a');
    throws('WUS_SOAP_ACTION', () => checkSameAction('urn:b', 'urn:a'));
    const operation = { name: 'Echo', inputAction: 'urn:a', outputAction: 'urn:b', faults: [] };
    const name = { namespace: 'urn:echo', localName: 'echo' };
    const wsdl = { operations: [{ ...operation, input: name, output: name }] };
    checkKnownAction('', wsdl);
    checkKnownAction('urn:a', wsdl);
    throws('WUS_SOAP_ACTION', () => checkKnownAction('urn:b', wsdl));
  });
});

describe('written WS-Addressing headers', () => {
  const blocks = writeAddressing({
    to: 'https://a.test/wus/echo?a=1&OIN=2',
    action: 'urn:a',
    messageId: 'urn:uuid:1',
    relatesTo: 'urn:uuid:0',
    from: 'https://b.test',
    replyTo: WSA_ANONYMOUS,
  });

  it('are read as they were given', () => {
    const read = parse(blocks.join(''));
    assert.deepEqual(read, {
      to: 'https://a.test/wus/echo?a=1&OIN=2',
      action: 'urn:a',
      messageId: 'urn:uuid:1',
      relatesTo: 'urn:uuid:0',
      from: 'https://b.test',
      replyTo: WSA_ANONYMOUS,
      faultTo: undefined,
    });
  });

  it('are their own exclusive canonical form', () => {
    for (const block of blocks) {
      const canonical = canonicalize(parseXml(Buffer.from(block)).root, { exclusive: true, comments: false });
      assert.equal(canonical.toString('utf8'), block);
    }
  });

  it('are signed without being parsed, and others by their canonical form', () => {
    const form = { exclusive: true, comments: false, digest: 'sha256' };
    const other = [
      `<wsa:To wsu:Id="a" xmlns:wsa="urn:a" xmlns:wsu="${WSU_NAMESPACE}">x</wsa:To>`,
      ...blocks.map((block) => block.replace(/>([^<>]+)</, '>$1<!-- --><')),
      ...blocks.map((block) => block.replace(/>([^<>]+)</, '>$1\'\u00e9\u{1f600}&#x41;\r\n&gt;"<')),
      ...blocks.map((block) => block.replace(' wsu:Id', " a='&#9;' wsu:Id")),
      ...blocks.map((block) => block.replace(/(<\/[a-zA-Z:]+)>$/, '$1 >')),
    ];
    for (const block of [...blocks, ...other]) {
      const { id, digest } = signBlock(block);
      const { root } = parseXml(Buffer.from(block));
      assert.equal(id, attribute(root, WSU_NAMESPACE, 'Id'));
      assert.deepEqual(digest, digestCanonical(root, form), block);
    }
    assert.throws(() => signBlock(blocks[0]?.replace('</wsa:To>', '</wsa:From>') ?? ''), GatewayError);
  });
});
