import assert from 'node:assert/strict';
import { errorListFor } from '../../../src/ebms/error-list.ts';
import { understands } from '../../../src/ebms/header-slots.ts';
import { ACTOR_NEXT, ACTOR_NEXT_MSH, ACTOR_TO_PARTY_MSH } from '../../../src/ebms/namespaces.ts';
import { writeMessage } from '../../../src/ebms/write-message.ts';
import { GatewayError } from '../../../src/errors.ts';
import { parseEnvelope } from '../../../src/soap/envelope.ts';
import { checkMustUnderstand } from '../../../src/soap/header-blocks.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import {
  acknowledgmentMessage,
  applicationMessage,
  changed,
  errorMessage,
  parse,
  refuses,
} from '../../unit/ebms/samples.ts';

const honest = writeMessage(applicationMessage);
const withBlock = (block: string): string => changed(honest, '</soap:Header>', `${block}</soap:Header>`);

describe('header blocks', () => {
  it('A18 an unknown ebMS block is not supported, one of a schema of its own is refused when it must be understood', () => {
    assert.deepEqual(parse(honest).message, applicationMessage);
    for (const name of ['Via', 'TraceHeaderList', 'Routing']) {
      const block = `<eb:${name} soap:mustUnderstand="1" eb:version="2.0"/>`;
      refuses('FEATURE_UNSUPPORTED', '//Header', withBlock(block));
      refuses('HEADER_INVALID', '//Header', withBlock(block.replace('"1"', '"0"')));
    }
    const foreign = '<x:Block xmlns:x="urn:x" soap:mustUnderstand="1"/>';
    assert.throws(() => checkBlocks(withBlock(foreign)), { code: 'SOAP_MUST_UNDERSTAND' });
    const optional = withBlock(foreign.replace('"1"', '"0"'));
    checkBlocks(optional);
    assert.deepEqual(parse(optional).message, applicationMessage);
  });

  it('A18 A80 a wrong version reaches the check that refuses it', () => {
    assert.equal(parse(honest).message.header.version, '2.0');
    for (const version of ['1.0', '2.00', '2', '3.0']) {
      const { message } = parse(honest.replaceAll('eb:version="2.0"', `eb:version="${version}"`));
      assert.equal(message.header.version, version);
      assert.equal(message.syncReply?.version, version);
      assert.equal(message.kind === 'ApplicationMessage' && message.ackRequested?.version, version);
      assert.equal(message.kind === 'ApplicationMessage' && message.manifest?.version, version);
    }
  });

  it('A59 From and To keep their places whatever they are called elsewhere', () => {
    assert.deepEqual(parse(honest).message, applicationMessage);
    const [from] = /<eb:From>.*<\/eb:From>/.exec(honest) ?? [''];
    const [to] = /<eb:To>.*<\/eb:To>/.exec(honest) ?? [''];
    refuses('HEADER_INVALID', '//Header/MessageHeader/From', changed(honest, from + to, to + from));
    refuses('HEADER_INVALID', '//Header/MessageHeader/From', changed(honest, from, from + from));
    const swapped = changed(
      honest,
      from + to,
      (to + from).replaceAll(/eb:(From|To)>/g, (_, name) => (name === 'To' ? 'eb:From>' : 'eb:To>')),
    );
    assert.deepEqual(parse(swapped).message.header.from, applicationMessage.header.to);
  });

  it('A66 an error that asks for a receipt or comes with warnings of its own has nothing to answer', () => {
    const error = writeMessage(errorMessage);
    assert.deepEqual(parse(error).message, errorMessage);
    const asking = `<eb:AckRequested soap:actor="${ACTOR_TO_PARTY_MSH}" soap:mustUnderstand="1" eb:signed="true" eb:version="2.0"/>`;
    const { message, blocks } = parse(changed(error, '</soap:Header>', `${asking}</soap:Header>`));
    assert.deepEqual(message, errorMessage);
    assert.ok(!blocks.some(({ element }) => element.localName === 'AckRequested'));
    const { errors } = errorListFor(new GatewayError('SIGNAL_UNEXPECTED'));
    assert.equal(errors.length, 1);
  });

  it('A67 MessageOrder and a nextMSH AckRequested are told to the checks, and never a crash', () => {
    assert.deepEqual(parse(honest).message, applicationMessage);
    const order =
      '<eb:MessageOrder soap:mustUnderstand="1" eb:version="2.0"><eb:SequenceNumber eb:status="Reset">0</eb:SequenceNumber></eb:MessageOrder>';
    const first = { version: '2.0', sequenceNumber: '0', status: 'Reset' } as const;
    assert.deepEqual(parse(withBlock(order)).message.messageOrder, first);
    assert.deepEqual(parse(withBlock(order.replace(/ eb:status="Reset"/, ''))).message.messageOrder, {
      ...first,
      status: 'Continue',
    });
    // What is no number is for the checks, unless it is absurd.
    for (const text of ['-1', 'één', '', '100000000'])
      assert.equal(parse(withBlock(order.replace('>0<', `>${text}<`))).message.messageOrder?.sequenceNumber, text);
    refuses(
      'HEADER_INVALID',
      '//Header/MessageOrder/SequenceNumber',
      withBlock(order.replace('>0<', `>${'1'.repeat(65)}<`)),
    );
    refuses(
      'HEADER_INVALID',
      '//Header/MessageOrder/SequenceNumber/@status',
      withBlock(order.replace('Reset', 'reset')),
    );
    refuses('HEADER_INVALID', '//Header/MessageOrder/SequenceNumber', withBlock(order.replace(/<eb:Seq.*Number>/, '')));
    refuses('HEADER_INVALID', '//Header/MessageOrder', withBlock(order + order));
    const next = `<eb:AckRequested soap:actor="${ACTOR_NEXT_MSH}" soap:mustUnderstand="1" eb:signed="false" eb:version="2.0"/>`;
    const { message } = parse(withBlock(next));
    assert.deepEqual(message, { ...applicationMessage, nextMshAckRequested: true });
    refuses('HEADER_INVALID', '//Header/AckRequested', withBlock(next + next));
  });

  for (const actor of [ACTOR_NEXT, ACTOR_NEXT_MSH]) {
    it(`A81 no content is taken from where the filter for ${actor} leaves it out of a signature`, () => {
      assert.deepEqual(parse(honest).message, applicationMessage);
      const hidden = `soap:actor="${actor}"`;
      refuses(
        'HEADER_INVALID',
        '//Header/MessageHeader/@actor',
        changed(honest, '<eb:MessageHeader', `<eb:MessageHeader ${hidden}`),
      );
      const error = changed(writeMessage(errorMessage), '<eb:ErrorList', `<eb:ErrorList ${hidden}`);
      refuses('HEADER_INVALID', '//Header/ErrorList/@actor', error);
      const receipt = writeMessage(acknowledgmentMessage);
      for (const name of ['eb:RefToMessageId', 'ds:Reference', 'ds:DigestMethod', 'ds:DigestValue']) {
        const markup = receipt.replace(new RegExp(`<${name}(?=[ >])`), `$& ${hidden}`);
        assert.throws(() => parse(markup), { code: 'HEADER_INVALID' }, name);
      }
      for (const part of ['Header', 'Body']) {
        const markup = changed(honest, `<soap:${part}>`, `<soap:${part} ${hidden}>`);
        assert.throws(() => parse(markup), { code: 'SOAP_MALFORMED' });
      }
      const names = ['From', 'To', 'PartyId', 'Role', 'CPAId', 'ConversationId', 'Service', 'Action', 'MessageData'];
      for (const name of [
        ...names,
        'MessageId',
        'Timestamp',
        'TimeToLive',
        'DuplicateElimination',
        'Manifest',
        'Reference',
      ]) {
        const markup = honest.replace(new RegExp(`<eb:${name}(?=[ >])`), `$& ${hidden}`);
        assert.throws(() => parse(markup), { code: 'HEADER_INVALID' }, name);
      }
    });
  }

  it('A81 an AckRequested hidden under the actor next does not count as exempt', () => {
    const { blocks } = parse(changed(honest, ACTOR_TO_PARTY_MSH, ACTOR_NEXT));
    assert.equal(blocks.find(({ element }) => element.localName === 'AckRequested')?.exempt, false);
  });

  it('A86 thousands of blocks, PartyIds or References cost no more than their octets', () => {
    assert.deepEqual(parse(withBlock('<x:b xmlns:x="urn:x"/>'.repeat(2000))).message, applicationMessage);
    const ids = '<eb:PartyId>urn:a</eb:PartyId>'.repeat(5000);
    refuses('HEADER_INVALID', '//Header/MessageHeader/From/PartyId', changed(honest, '<eb:From>', `<eb:From>${ids}`));
    const references = '<eb:Reference xlink:href="cid:a"/>'.repeat(5000);
    refuses(
      'HEADER_INVALID',
      '//Body/Manifest/Reference',
      changed(honest, '</eb:Manifest>', `${references}</eb:Manifest>`),
    );
  });
});

function checkBlocks(markup: string): void {
  checkMustUnderstand(parseEnvelope(parseXml(Buffer.from(markup))).header, understands);
}
