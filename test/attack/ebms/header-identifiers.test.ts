import assert from 'node:assert/strict';
import { writeMessage } from '../../../src/ebms/write-message.ts';
import { acknowledgmentMessage, applicationMessage, changed, parse, refuses } from '../../unit/ebms/samples.ts';

const honest = writeMessage(applicationMessage);
const HEADER = '//Header/MessageHeader';

const IDENTIFIERS: readonly [string, string][] = [
  ['00000000000000000000', `${HEADER}/From/PartyId`],
  ['00000000000000000001', `${HEADER}/To/PartyId`],
  ['DIGIPOORT', `${HEADER}/From/Role`],
  ['>cpa-1', `${HEADER}/CPAId`],
  ['>conversation-1', `${HEADER}/ConversationId`],
  ['osb:afleveren:1.1$1.0', `${HEADER}/Service`],
  ['>afleveren', `${HEADER}/Action`],
  ['message-1@example.org', `${HEADER}/MessageData/MessageId`],
  ['2026-11-22T12:00:00Z', `${HEADER}/MessageData/Timestamp`],
  ['2026-11-22T12:30:00Z', `${HEADER}/MessageData/TimeToLive`],
];

describe('identifiers', () => {
  const splitters = ['<!--x-->', '<?x y?>'];
  for (const [text, location] of IDENTIFIERS) {
    it(`A15 a comment or instruction inside ${location} is refused`, () => {
      assert.deepEqual(parse(honest).message, applicationMessage);
      const middle = Math.ceil(text.length / 2);
      for (const splitter of splitters) {
        for (const at of [middle, text.length]) {
          refuses('HEADER_INVALID', location, changed(honest, text, text.slice(0, at) + splitter + text.slice(at)));
        }
      }
    });

    it(`A16 CDATA inside ${location} is text, an element is refused`, () => {
      assert.deepEqual(parse(honest).message, applicationMessage);
      const middle = Math.ceil(text.length / 2);
      const cdata = `${text.slice(0, middle)}<![CDATA[${text.slice(middle)}]]>`;
      assert.deepEqual(parse(changed(honest, text, cdata)).message, applicationMessage);
      const mixed = `${text.slice(0, middle)}<x xmlns="urn:x">${text.slice(middle)}</x>`;
      refuses('HEADER_INVALID', location, changed(honest, text, mixed));
    });
  }

  it('A56 a MessageId that no path could name is refused, so that no message lies where nobody can take it', () => {
    for (const id of ['../../etc/passwd@x', 'a@x/..', 'a\\b@x', 'a%00@x'])
      refuses('HEADER_INVALID', `${HEADER}/MessageData/MessageId`, changed(honest, 'message-1@example.org', id));
  });

  it('A15 a comment inside the ids of a receipt is refused', () => {
    const receipt = writeMessage(acknowledgmentMessage);
    assert.deepEqual(parse(receipt).message, acknowledgmentMessage);
    const split = receipt.replace(
      'message-1@example.org</eb:RefToMessageId><eb:From>',
      'message-1@<!-- -->example.org</eb:RefToMessageId><eb:From>',
    );
    refuses('HEADER_INVALID', '//Header/Acknowledgment/RefToMessageId', split);
    refuses(
      'HEADER_INVALID',
      '//Header/Acknowledgment/Reference/DigestValue',
      changed(receipt, '47DEQ', '47<!-- -->DEQ'),
    );
  });
});

describe('names', () => {
  it('A17 prefixes, default namespaces and unused declarations change nothing', () => {
    const expected = applicationMessage;
    assert.deepEqual(parse(honest).message, expected);
    const swapped = honest
      .replace('xmlns:eb=', 'xmlns:TEMP=')
      .replace('xmlns:soap=', 'xmlns:eb=')
      .replace('xmlns:TEMP=', 'xmlns:soap=')
      .replaceAll(
        /(<\/?|\s)(soap|eb):(?=[A-Za-z])/g,
        (_, before: string, prefix: string) => `${before}${prefix === 'eb' ? 'soap' : 'eb'}:`,
      );
    assert.match(swapped, /<eb:Envelope /);
    assert.deepEqual(parse(swapped).message, expected);
    assert.deepEqual(parse(honest.replace('xmlns:eb=', 'xmlns:_é.1=').replaceAll('eb:', '_é.1:')).message, expected);
    const [ns = ''] = /(?<=xmlns:eb=")[^"]+/.exec(honest) ?? [];
    const byDefault = honest
      .replaceAll(/<(\/?)eb:/g, '<$1')
      .replaceAll('<MessageHeader', `<MessageHeader xmlns="${ns}"`);
    const whole = byDefault
      .replace('<SyncReply', `<SyncReply xmlns="${ns}"`)
      .replace('<AckRequested', `<AckRequested xmlns="${ns}"`);
    assert.deepEqual(
      parse(whole.replace('<Manifest', `<Manifest xmlns="${ns}" xmlns:unused="urn:u"`)).message,
      expected,
    );
  });

  it('A17 the right prefix on the wrong namespace does not count', () => {
    assert.deepEqual(parse(honest).message, applicationMessage);
    refuses(
      'HEADER_INVALID',
      '//Header/MessageHeader',
      changed(honest, '<eb:MessageHeader ', '<eb:MessageHeader xmlns:eb="urn:other" '),
    );
    refuses(
      'HEADER_INVALID',
      `${HEADER}/From/PartyId`,
      honest.replace('<eb:PartyId', '<eb:PartyId xmlns:eb="urn:other"'),
    );
  });
});
