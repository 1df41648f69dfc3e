import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { understands } from '../../../src/ebms/header-slots.ts';
import { parseMessage } from '../../../src/ebms/parse-message.ts';
import { GatewayError } from '../../../src/errors.ts';
import { parseEnvelope } from '../../../src/soap/envelope.ts';
import { readFault } from '../../../src/soap/fault.ts';
import { checkMustUnderstand } from '../../../src/soap/header-blocks.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import { fixturePath, fixturesPresent } from '../../setup/fixtures.ts';
import { skipUnless } from '../../setup/skip.ts';
import { capturedEnvelope } from './capture-envelopes.ts';

/** What each file of a case is, in the order of the names (request, response): a kind, an error code, Fault, or - without XML. */
const EXPECTED: Readonly<Record<string, string>> = {
  'captures/be-signed': 'ApplicationMessage -',
  'captures/be-unsigned': 'ApplicationMessage -',
  'captures/be-unsigned-sync': 'ApplicationMessage -',
  'captures/conversation': 'ApplicationMessage - AcknowledgmentMessage - ApplicationMessage - AcknowledgmentMessage -',
  'captures/duplicate-async': 'ApplicationMessage - AcknowledgmentMessage -',
  'captures/duplicate-sync': 'ApplicationMessage AcknowledgmentMessage',
  // text stands beside its elements
  'captures/error-ack-for-unknown': 'HEADER_INVALID -',
  'captures/error-expired': 'ApplicationMessage ErrorMessage',
  'captures/error-malformed-xml': 'XML_MALFORMED -',
  'captures/error-missing-attachment': 'ApplicationMessage ErrorMessage',
  'captures/error-must-understand': 'SOAP_MUST_UNDERSTAND -',
  'captures/error-no-duplicate-elimination': 'ApplicationMessage ErrorMessage',
  'captures/error-schema': 'HEADER_INVALID -',
  'captures/error-tampered-header': 'ApplicationMessage ErrorMessage',
  'captures/error-tampered-payload': 'ApplicationMessage AcknowledgmentMessage',
  'captures/error-unknown-cpa': 'ApplicationMessage Fault',
  'captures/error-unsigned-where-signed': 'ApplicationMessage ErrorMessage',
  'captures/error-version': 'ApplicationMessage ErrorMessage',
  'captures/error-wrong-action': 'ApplicationMessage ErrorMessage',
  'captures/error-wrong-service': 'ApplicationMessage ErrorMessage',
  'captures/http-get': '- -',
  'captures/http-no-soapaction': '- Fault',
  'captures/http-soapaction-unquoted': 'ApplicationMessage AcknowledgmentMessage',
  'captures/large-300k': 'ApplicationMessage - AcknowledgmentMessage -',
  'captures/message-order': 'ApplicationMessage ErrorMessage',
  'captures/multi-attachment': 'ApplicationMessage - AcknowledgmentMessage -',
  'captures/osb-rm-s': 'ApplicationMessage - AcknowledgmentMessage -',
  'captures/osb-rm-s-sync': 'ApplicationMessage AcknowledgmentMessage',
  'captures/ping-async': 'PingMessage - PongMessage -',
  'captures/ping-sync': 'PingMessage PongMessage',
  'captures/rm-signed-encrypted': 'ApplicationMessage - AcknowledgmentMessage -',
  'captures/rm-signed-sha1': 'ApplicationMessage - AcknowledgmentMessage -',
  'captures/rm-signed-sha256': 'ApplicationMessage - AcknowledgmentMessage -',
  'captures/rm-signed-sync': 'ApplicationMessage AcknowledgmentMessage',
  'captures/rm-unsigned': 'ApplicationMessage - AcknowledgmentMessage -',
  'captures/rm-unsigned-sync': 'ApplicationMessage AcknowledgmentMessage',
  'captures-hermes/core-sha256-two-parts': 'ApplicationMessage AcknowledgmentMessage',
  'captures-hermes/duplicate-sync': 'ApplicationMessage AcknowledgmentMessage',
  'captures-hermes/error-expired-sync': 'ApplicationMessage ErrorMessage',
  'captures-hermes/error-tampered-payload-sync': 'ApplicationMessage ErrorMessage',
  'captures-hermes/error-unknown-cpa': 'ApplicationMessage ErrorMessage',
  'captures-hermes/library-rich': 'ApplicationMessage AcknowledgmentMessage',
  'captures-hermes/ping-sync': 'PingMessage PongMessage',
  'captures-hermes/retry-three-attempts': 'ApplicationMessage - ApplicationMessage - ApplicationMessage -',
  'captures-hermes/rm-signed-sync': 'ApplicationMessage AcknowledgmentMessage',
  'captures-hermes/rm-unsigned-sync': 'ApplicationMessage AcknowledgmentMessage',
  'captures-hermes/status-sync': 'StatusRequestMessage StatusResponseMessage',
};

describe('envelopes that peers sent', () => {
  before(function () {
    skipUnless(this, fixturesPresent(), 'the captures are absent');
  });

  for (const [folder, expected] of Object.entries(EXPECTED)) {
    it(`§3 ${folder}: ${expected}`, () => {
      const files = readdirSync(fixturePath(folder)).toSorted();
      assert.equal(files.map((file) => kindOf(`${folder}/${file}`)).join(' '), expected);
    });
  }

  it('§3 every case is in the table', () => {
    for (const folder of ['captures', 'captures-hermes']) {
      for (const name of readdirSync(fixturePath(folder))) {
        if (name.includes('.') || name === 'cpas' || name === 'keys') continue;
        assert.ok(`${folder}/${name}` in EXPECTED, name);
      }
    }
  });

  it('§6.3.2 a receipt with copied References is read whole', () => {
    const { message } = parse('captures/osb-rm-s-sync/1-to-overheid.response');
    assert.equal(message.kind, 'AcknowledgmentMessage');
    if (message.kind !== 'AcknowledgmentMessage') return;
    const [first, second] = message.acknowledgment.references;
    assert.equal(first?.uri, '');
    assert.match(second?.uri ?? '', /^cid:/);
    assert.match(first?.digestValue ?? '', /^[A-Za-z0-9+/]{43}=$/);
    assert.equal(message.header.from.role, undefined);
  });

  it('§9.1 MessageOrder and §4.2.3 a wrong version are kept for the checks', () => {
    assert.notEqual(parse('captures/message-order/1-to-overheid.request').message.messageOrder, undefined);
    assert.equal(parse('captures/error-version/1-to-overheid.request').message.header.version, '1.0');
  });

  it('§3.1 a message with everything optional in it is read whole [ebMS2 §3.1.8-1, ebMS2 §3.2.1-2]', () => {
    const { message, blocks } = parse('captures-hermes/library-rich/1-to-hermes.request');
    assert.equal(message.kind, 'ApplicationMessage');
    assert.equal(message.header.from.partyIds.length, 2);
    assert.ok(message.header.descriptions.length > 0);
    assert.deepEqual(
      blocks.filter(({ exempt }) => exempt).map(({ element }) => element.localName),
      message.syncReply === undefined ? [] : ['SyncReply'],
    );
  });
});

function parse(path: string): ReturnType<typeof parseMessage> {
  const bytes = capturedEnvelope(path);
  assert.ok(bytes, `no envelope in ${path}`);
  return parseMessage(parseEnvelope(parseXml(bytes)));
}

function kindOf(path: string): string {
  const bytes = capturedEnvelope(path);
  if (bytes === undefined) return '-';
  try {
    const envelope = parseEnvelope(parseXml(bytes));
    if (readFault(envelope) !== undefined) return 'Fault';
    checkMustUnderstand(envelope.header, understands);
    return parseMessage(envelope).message.kind;
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown.code;
    throw thrown;
  }
}
