import assert from 'node:assert/strict';
import { ACTOR_TO_PARTY_MSH } from '../../../src/ebms/namespaces.ts';
import { writeMessage } from '../../../src/ebms/write-message.ts';
import { applicationMessage, changed, parse, refuses } from './samples.ts';

const application = writeMessage(applicationMessage);

describe('the structure that the schema asks', () => {
  const missing: readonly [string, string][] = [
    ['MessageHeader', '//Header/MessageHeader'],
    ['From', '//Header/MessageHeader/From'],
    ['To', '//Header/MessageHeader/To'],
    ['PartyId', '//Header/MessageHeader/From/PartyId'],
    ['CPAId', '//Header/MessageHeader/CPAId'],
    ['ConversationId', '//Header/MessageHeader/ConversationId'],
    ['Service', '//Header/MessageHeader/Service'],
    ['Action', '//Header/MessageHeader/Action'],
    ['MessageData', '//Header/MessageHeader/MessageData'],
    ['MessageId', '//Header/MessageHeader/MessageData/MessageId'],
    ['Timestamp', '//Header/MessageHeader/MessageData/Timestamp'],
    ['Reference', '//Body/Manifest/Reference'],
  ];
  for (const [name, location] of missing) {
    it(`§3.1 a message without ${name} is refused [ebMS2 §3.1-2]`, () => {
      refuses('HEADER_INVALID', location, application.replace(whole(name), ''));
    });
  }

  const single: readonly [string, string][] = [
    ...missing.filter(([name]) => name !== 'PartyId' && name !== 'Reference'),
    ['Role', '//Header/MessageHeader/From/Role'],
    ['TimeToLive', '//Header/MessageHeader/MessageData/TimeToLive'],
    ['DuplicateElimination', '//Header/MessageHeader/DuplicateElimination'],
    ['SyncReply', '//Header/SyncReply'],
    ['AckRequested', '//Header/AckRequested'],
  ];
  for (const [name, location] of single) {
    it(`§3.1 a doubled ${name} is refused [ebMS2 §3.1-1]`, () => {
      refuses('HEADER_INVALID', location, application.replace(whole(name), '$&$&'));
    });
  }

  const attributes: readonly [string, string][] = [
    ['<eb:MessageHeader soap:mustUnderstand="1" eb:version="2.0"', '//Header/MessageHeader'],
    [
      '<eb:AckRequested soap:actor="' +
        ACTOR_TO_PARTY_MSH +
        '" soap:mustUnderstand="1" eb:signed="true" eb:version="2.0"',
      '//Header/AckRequested',
    ],
    ['<eb:Manifest eb:version="2.0"', '//Body/Manifest'],
  ];
  for (const [start, location] of attributes) {
    it(`§2.3.8 ${location} must have a qualified version [ebMS2 §2.3-1]`, () => {
      refuses(
        'HEADER_INVALID',
        `${location}/@version`,
        changed(application, start, start.replace(' eb:version="2.0"', '')),
      );
      refuses('HEADER_INVALID', location, changed(application, start, start.replace('eb:version', 'version')));
    });
  }

  it('§2.3.9 a header block must say mustUnderstand [ebMS2 §2.3.9-2]', () => {
    const start = '<eb:MessageHeader soap:mustUnderstand="1"';
    refuses(
      'HEADER_INVALID',
      '//Header/MessageHeader/@mustUnderstand',
      changed(application, start, '<eb:MessageHeader'),
    );
  });

  it('§6.3.1 AckRequested must say signed, §4.3 SyncReply must have an actor [ebMS2 §4.3-1]', () => {
    refuses('HEADER_INVALID', '//Header/AckRequested/@signed', changed(application, ' eb:signed="true"', ''));
    refuses(
      'HEADER_INVALID',
      '//Header/AckRequested/@signed',
      changed(application, 'eb:signed="true"', 'eb:signed="yes"'),
    );
    refuses(
      'HEADER_INVALID',
      '//Header/SyncReply/@actor',
      application.replace(/(<eb:SyncReply) soap:actor="[^"]*"/, '$1'),
    );
  });

  it('§3.1.1 an unqualified attribute is refused, not overlooked [ebMS2 §2.3-1]', () => {
    const at = '//Header/MessageHeader/From/PartyId';
    refuses('HEADER_INVALID', at, application.replace('<eb:PartyId eb:type', '<eb:PartyId type'));
    refuses('HEADER_INVALID', at, application.replace('<eb:PartyId eb:type', '<eb:PartyId eb:kind'));
    refuses('HEADER_INVALID', `${at}/@type`, application.replace('eb:type="urn:osb:oin"', 'eb:type=""'));
  });

  it('§3.2.1 a Reference has an href and is simple [ebMS2 §3.2.1-1]', () => {
    const at = '//Body/Manifest/Reference';
    refuses('HEADER_INVALID', `${at}/@href`, changed(application, ' xlink:href="cid:part-1"', ''));
    refuses('HEADER_INVALID', `${at}/@href`, changed(application, 'cid:part-1', ''));
    refuses('HEADER_INVALID', `${at}/@href`, changed(application, 'cid:part-1', `cid:${'x'.repeat(2048)}`));
    refuses('HEADER_INVALID', `${at}/@type`, changed(application, 'type="simple"', 'type="extended"'));
    const described = '<eb:Schema eb:location="urn:s"/><eb:Description xml:lang="nl">wat</eb:Description>';
    const markup = changed(application, '</eb:Reference>', `${described}</eb:Reference>`);
    assert.deepEqual(parse(markup).message, applicationMessage);
  });

  it('§2.3 an envelope without a Header is refused [ebMS2 §2.3.3-1]', () => {
    refuses('HEADER_INVALID', '//Header/MessageHeader', application.replace(/<soap:Header>.*<\/soap:Header>/, ''));
  });

  it('§3.1 elements out of order and text between them are refused [ebMS2 §3.1-3]', () => {
    const [action] = whole('Action').exec(application) ?? [''];
    const early = changed(changed(application, action, ''), '<eb:CPAId>', `${action}<eb:CPAId>`);
    refuses('HEADER_INVALID', '//Header/MessageHeader/CPAId', early);
    refuses('HEADER_INVALID', '//Header/MessageHeader', changed(application, '<eb:CPAId>', 'text<eb:CPAId>'));
    refuses(
      'HEADER_INVALID',
      '//Header/MessageHeader',
      changed(application, '</eb:MessageHeader>', '<eb:x/></eb:MessageHeader>'),
    );
  });

  it('§3.1.6.1 identifiers have a longest length and no white space around them', () => {
    const at = '//Header/MessageHeader/MessageData/MessageId';
    assert.equal(parse(withId('x'.repeat(255))).message.header.messageData.messageId.length, 255);
    for (const text of ['', 'x'.repeat(256), ' a@b', 'a@b\n', 'a @b', 'a&#x9;b', '\u00a0a@b']) {
      refuses('HEADER_INVALID', at, withId(text));
    }
    assert.equal(parse(withCpaId('cpa één')).message.header.cpaId, 'cpa één');
    for (const text of ['', ' ', ' cpa-1', 'cpa-1 ', '\u3000cpa-1', 'x'.repeat(256)]) {
      refuses('HEADER_INVALID', '//Header/MessageHeader/CPAId', withCpaId(text));
    }
  });

  it('§3.1.6.2 a Timestamp stays as it stands, but for the white space around it', () => {
    const { message } = parse(changed(application, '>2026-11-22T12:00:00Z<', '>\n 2026-11-22T12:00:00.1+01:00 <'));
    assert.equal(message.header.messageData.timestamp, '2026-11-22T12:00:00.1+01:00');
  });
});

/** The first element of that name, whole. */
function whole(name: string): RegExp {
  return new RegExp(`<eb:${name}[ >].*?</eb:${name}>`);
}

function withId(text: string): string {
  return changed(application, 'message-1@example.org', text);
}

function withCpaId(text: string): string {
  return changed(application, '>cpa-1<', `>${text}<`);
}
