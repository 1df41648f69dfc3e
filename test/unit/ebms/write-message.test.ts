import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { writeMessage } from '../../../src/ebms/write-message.ts';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import { anyMessage } from './messages-arbitrary.ts';
import { acknowledgmentMessage, applicationMessage, parse } from './samples.ts';

describe('writeMessage', () => {
  it('§3 what was written reads back as the same message', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        assert.deepEqual(plain(parse(writeMessage(message)).message), plain(message));
      }),
      { numRuns: 500 },
    );
  });

  it('§4.1.3 the markup is its own canonical form', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const markup = writeMessage(message);
        const document = parseXml(Buffer.from(markup, 'utf8'));
        assert.equal(canonicalize(document, { exclusive: false, comments: false }).toString('utf8'), markup);
      }),
      { numRuns: 500 },
    );
  });

  it('§2.3 header blocks stand in the usual order under the usual prefixes', () => {
    const markup = writeMessage(applicationMessage);
    const names = [...markup.matchAll(/<([a-z]+:[A-Za-z]+)/g)].map(([, name]) => name);
    assert.deepEqual(names, [
      'soap:Envelope',
      'soap:Header',
      'eb:MessageHeader',
      'eb:From',
      'eb:PartyId',
      'eb:Role',
      'eb:To',
      'eb:PartyId',
      'eb:Role',
      'eb:CPAId',
      'eb:ConversationId',
      'eb:Service',
      'eb:Action',
      'eb:MessageData',
      'eb:MessageId',
      'eb:Timestamp',
      'eb:TimeToLive',
      'eb:DuplicateElimination',
      'eb:SyncReply',
      'eb:AckRequested',
      'soap:Body',
      'eb:Manifest',
      'eb:Reference',
    ]);
    assert.match(markup, /^<soap:Envelope xmlns:ds="[^"]+" xmlns:eb="[^"]+" xmlns:soap="[^"]+" xmlns:xlink="[^"]+">/);
    assert.match(markup, /<eb:Reference xlink:href="cid:part-1" xlink:type="simple">/);
  });

  it('§9.1 MessageOrder stands before AckRequested, with its number and status', () => {
    const messageOrder = { version: '2.0', sequenceNumber: '7', status: 'Continue' } as const;
    const markup = writeMessage({ ...applicationMessage, messageOrder });
    assert.match(
      markup,
      /<eb:MessageOrder soap:mustUnderstand="1" eb:version="2.0"><eb:SequenceNumber eb:status="Continue">7<\/eb:SequenceNumber><\/eb:MessageOrder><eb:AckRequested /,
    );
    assert.deepEqual(parse(markup).message.messageOrder, messageOrder);
  });

  it('§6.3.2.5 an Acknowledgment holds the References as they stood in the message [ebMS2 §6.3.2.5-1]', () => {
    const referencesXml =
      '<ds:Reference URI="cid:x"><ds:DigestMethod Algorithm="urn:a"/><ds:DigestValue>YQ==</ds:DigestValue></ds:Reference>';
    const markup = writeMessage(acknowledgmentMessage, { referencesXml });
    assert.ok(markup.includes(`</eb:From>${referencesXml}</eb:Acknowledgment>`));
    const { message } = parse(markup);
    assert.equal(message.kind, 'AcknowledgmentMessage');
    assert.deepEqual(message.kind === 'AcknowledgmentMessage' && message.acknowledgment.references, [
      { uri: 'cid:x', digestAlgorithm: 'urn:a', digestValue: 'YQ==' },
    ]);
  });
});

/** fast-check makes records without a prototype. */
function plain(value: unknown): unknown {
  return structuredClone(value);
}
