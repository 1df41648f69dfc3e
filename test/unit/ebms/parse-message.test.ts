import assert from 'node:assert/strict';
import { ACTOR_NEXT_MSH, MSH_SERVICE } from '../../../src/ebms/namespaces.ts';
import { writeMessage } from '../../../src/ebms/write-message.ts';
import { acknowledgmentMessage, applicationMessage, changed, errorMessage, parse, refuses } from './samples.ts';

const application = writeMessage(applicationMessage);
const acknowledgment = writeMessage(acknowledgmentMessage);
const failure = writeMessage(errorMessage);
const WARNINGS =
  '<eb:ErrorList soap:mustUnderstand="1" eb:highestSeverity="Warning" eb:version="2.0">' +
  '<eb:Error eb:errorCode="Unknown" eb:severity="Warning"/></eb:ErrorList>';
const MANIFEST = '<eb:Manifest eb:version="2.0"><eb:Reference xlink:href="cid:a"/></eb:Manifest>';
const EMPTY_BODY = '<soap:Body></soap:Body>';

describe('parseMessage', () => {
  it('§3 an application message, its receipt and its error are read', () => {
    assert.deepEqual(parse(application).message, applicationMessage);
    assert.deepEqual(parse(acknowledgment).message, acknowledgmentMessage);
    assert.deepEqual(parse(failure).message, errorMessage);
  });

  it('§4.1.3 names the blocks it took, and those that a signature rightly leaves out', () => {
    const next = ackRequested(` soap:actor="${ACTOR_NEXT_MSH}"`);
    const { message, blocks } = parse(changed(application, '</soap:Header>', `${next}</soap:Header>`));
    assert.equal(message.kind === 'ApplicationMessage' && message.nextMshAckRequested, true);
    assert.deepEqual(
      blocks.map(({ element, exempt }) => `${element.localName}${exempt ? ' exempt' : ''}`),
      ['MessageHeader', 'SyncReply exempt', 'AckRequested', 'AckRequested exempt', 'Manifest'],
    );
    assert.deepEqual(
      parse(acknowledgment).blocks.map(({ element }) => element.localName),
      ['MessageHeader', 'Acknowledgment'],
    );
  });

  it('§2.3.6 extension elements and attributes of other namespaces are ignored where the schema allows them [ebMS2 §2.3.6-2, KVS §2.3.6-1]', () => {
    const extension = '<x:a xmlns:x="urn:x"><eb:MessageId>other</eb:MessageId></x:a>';
    let markup = changed(application, '</eb:MessageHeader>', `${extension}</eb:MessageHeader>`);
    markup = changed(markup, '</eb:Manifest>', `${extension}</eb:Manifest>`);
    markup = changed(markup, '<eb:SyncReply', '<eb:SyncReply xmlns:x="urn:x" x:b="c" eb:id="d"');
    markup = changed(markup, '</soap:Header>', `${extension}</soap:Header>`);
    assert.deepEqual(parse(markup).message, applicationMessage);
  });

  it('§2.3 blocks may stand in any order, with white space and comments between elements', () => {
    const [header] = /<eb:MessageHeader.*<\/eb:MessageHeader>/.exec(application) ?? [''];
    const moved = changed(changed(application, header, ''), '</soap:Header>', `\n<!-- c -->${header}</soap:Header>`);
    assert.deepEqual(parse(moved.replaceAll('</eb:PartyId>', '</eb:PartyId>\n\t')).message, applicationMessage);
  });

  it('§6.3.1 AckRequested without actor is for the To Party MSH, and signed is any xsd:boolean [ebMS2 §2.3.11-1, ebMS2 §6.3.1.1-1]', () => {
    const markup = application.replace(/<eb:AckRequested.*<\/eb:AckRequested>/, ackRequested('', ' 1 '));
    const { message } = parse(markup);
    assert.deepEqual(message.kind === 'ApplicationMessage' && message.ackRequested, {
      version: '2.0',
      actor: undefined,
      signed: true,
    });
  });

  it('§4.2.4.1 warnings may ride on a business message, an Error may not [ebMS2 §4.2.4.3-2]', () => {
    const { message, blocks } = parse(changed(application, '</soap:Header>', `${WARNINGS}</soap:Header>`));
    assert.equal(message.kind === 'ApplicationMessage' && message.warnings?.errors[0]?.errorCode, 'Unknown');
    assert.ok(blocks.some(({ element }) => element.localName === 'ErrorList'));
    const error = WARNINGS.replaceAll('Warning', 'Error');
    refuses(
      'HEADER_INVALID',
      '//Header/ErrorList/@highestSeverity',
      changed(application, '</soap:Header>', `${error}</soap:Header>`),
    );
  });

  it('§8.1, §7.1 Ping and StatusRequest are told apart by Action and Body', () => {
    const ping = signal('Ping');
    assert.equal(parse(ping).message.kind, 'PingMessage');
    assert.equal(parse(signal('Pong')).message.kind, 'PongMessage');
    const body = '<eb:StatusRequest eb:version="2.0"><eb:RefToMessageId>a@b</eb:RefToMessageId></eb:StatusRequest>';
    const { message } = parse(changed(signal('StatusRequest'), EMPTY_BODY, `<soap:Body>${body}</soap:Body>`));
    assert.equal(message.kind === 'StatusRequestMessage' && message.refToMessageId, 'a@b');
    refuses('HEADER_INVALID', '//Body/StatusRequest', signal('StatusRequest'));
    refuses('HEADER_INVALID', '//Body/StatusResponse', signal('StatusResponse'));
    refuses('HEADER_INVALID', '//Body', changed(ping, EMPTY_BODY, `<soap:Body>${MANIFEST}</soap:Body>`));
    const old = body.replace('2.0', '1.0');
    refuses(
      'HEADER_VALUE',
      '//Body/StatusRequest/@version',
      changed(signal('StatusRequest'), EMPTY_BODY, `<soap:Body>${old}</soap:Body>`),
    );
  });

  it('§6.3.2 bundled signals are not supported [KVS §6.5.3-1]', () => {
    const [block] = /<eb:Acknowledgment.*<\/eb:Acknowledgment>/.exec(acknowledgment) ?? [''];
    refuses(
      'FEATURE_UNSUPPORTED',
      '//Header/Acknowledgment',
      changed(application, '</soap:Header>', `${block}</soap:Header>`),
    );
    refuses('FEATURE_UNSUPPORTED', '//Body', changed(acknowledgment, EMPTY_BODY, `<soap:Body>${MANIFEST}</soap:Body>`));
    refuses(
      'FEATURE_UNSUPPORTED',
      '//Header/ErrorList',
      changed(acknowledgment, '</soap:Header>', `${WARNINGS}</soap:Header>`),
    );
    refuses('FEATURE_UNSUPPORTED', '//Body', changed(failure, EMPTY_BODY, `<soap:Body>${MANIFEST}</soap:Body>`));
  });

  it('§3.2 content of the Body that nobody would be handed is refused', () => {
    refuses('FEATURE_UNSUPPORTED', '//Body', changed(application, '</soap:Body>', '<a/></soap:Body>'));
    refuses('HEADER_INVALID', '//Body', changed(application, '</soap:Body>', `${MANIFEST}</soap:Body>`));
  });

  it('§3.1.4 Service and Action must agree with the blocks [ebMS2 §3.1.4-3]', () => {
    refuses('HEADER_INVALID', '//Header/Acknowledgment', signal('Acknowledgment'));
    refuses('HEADER_INVALID', '//Header/ErrorList', signal('MessageError'));
    refuses('FEATURE_UNSUPPORTED', '//Header/MessageHeader/Action', signal('Dance'));
    for (const action of ['Ping', 'MessageError']) {
      refuses(
        'HEADER_INVALID',
        '//Header/MessageHeader/Action',
        changed(acknowledgment, '>Acknowledgment<', `>${action}<`),
      );
    }
    refuses(
      'HEADER_INVALID',
      '//Header/Acknowledgment/RefToMessageId',
      acknowledgment.replace('message-1@example.org', 'message-2@example.org'),
    );
  });

  it('§7.1.2 a StatusResponse has one of the statuses of the schema [ebMS2 §7.3.3-1]', () => {
    assert.equal(parse(response('Received')).message.kind, 'StatusResponseMessage');
    refuses('HEADER_INVALID', '//Body/StatusResponse/@messageStatus', response('Lost'));
  });

  it('§6.3.2 an Acknowledgment needs Timestamp, RefToMessageId and whole References [ebMS2 §6.3.2-1]', () => {
    const at = '//Header/Acknowledgment';
    refuses(
      'HEADER_INVALID',
      `${at}/Timestamp`,
      changed(
        acknowledgment,
        '<eb:Timestamp>2026-11-22T12:00:01Z</eb:Timestamp><eb:RefToMessageId>message-1@example.org</eb:RefToMessageId><eb:From>',
        '<eb:From>',
      ),
    );
    refuses(
      'HEADER_INVALID',
      `${at}/Reference/@URI`,
      changed(acknowledgment, '<ds:Reference URI="">', '<ds:Reference>'),
    );
    refuses('HEADER_INVALID', `${at}/Reference/DigestValue`, changed(acknowledgment, '47DEQpj8', '47DE*pj8'));
    const method = '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>';
    refuses('HEADER_INVALID', `${at}/Reference/DigestMethod`, changed(acknowledgment, method, ''));
    refuses(
      'HEADER_INVALID',
      at,
      changed(acknowledgment, '</eb:Acknowledgment>', '<x xmlns="urn:x"/></eb:Acknowledgment>'),
    );
  });

  it('§6.3.2 carriage returns and line feeds inside a DigestValue do not count', () => {
    const { message } = parse(changed(acknowledgment, '47DEQpj8', '\n47DE&#13;\nQpj8'));
    assert.deepEqual(message, acknowledgmentMessage);
  });

  it('§4.2.3 an ErrorList needs codes and severities that agree [ebMS2 §4.2.3.1-1]', () => {
    const at = '//Header/ErrorList';
    refuses('HEADER_INVALID', `${at}/Error/@errorCode`, changed(failure, ' eb:errorCode="Inconsistent"', ''));
    refuses('HEADER_INVALID', `${at}/Error/@severity`, changed(failure, 'eb:severity="Error"', 'eb:severity="Fatal"'));
    refuses(
      'HEADER_INVALID',
      `${at}/@highestSeverity`,
      changed(failure, 'highestSeverity="Error"', 'highestSeverity="Warning"'),
    );
    refuses('HEADER_INVALID', `${at}/Error`, failure.replace(/<eb:Error .*<\/eb:Error>/, ''));
  });

  it('§4.2.3 an Error with empty or endless texts is still an Error', () => {
    let markup = changed(failure, 'eb:location="//Header/MessageHeader/@version"', 'eb:location=""');
    markup = changed(markup, 'Invalid value.', 'x'.repeat(9000));
    const { message } = parse(markup);
    const error = message.kind === 'ErrorMessage' ? message.errorList.errors[0] : undefined;
    assert.equal(error?.location, undefined);
    assert.equal(error?.description?.length, 4000);
  });
});

function ackRequested(actor: string, signed = 'false'): string {
  return `<eb:AckRequested${actor} soap:mustUnderstand="1" eb:signed="${signed}" eb:version="2.0"></eb:AckRequested>`;
}

function signal(action: string): string {
  const header = { ...applicationMessage.header, service: { value: MSH_SERVICE }, action };
  return writeMessage({ kind: 'PingMessage', header, syncReply: undefined, messageOrder: undefined });
}

function response(status: string): string {
  const content = `<eb:StatusResponse eb:messageStatus="${status}" eb:version="2.0"><eb:RefToMessageId>a@b</eb:RefToMessageId></eb:StatusResponse>`;
  return changed(signal('StatusResponse'), EMPTY_BODY, `<soap:Body>${content}</soap:Body>`);
}
