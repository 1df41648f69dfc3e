import assert from 'node:assert/strict';
import { parseEnvelope } from '../../../src/soap/envelope.ts';
import { type ParsedMessage, parseMessage } from '../../../src/ebms/parse-message.ts';
import type { AcknowledgmentMessage, ApplicationMessage, ErrorMessage } from '../../../src/ebms/message.ts';
import { ACTOR_NEXT, ACTOR_TO_PARTY_MSH, MSH_SERVICE } from '../../../src/ebms/namespaces.ts';
import { GatewayError } from '../../../src/errors.ts';
import { parseXml } from '../../../src/xml/tree.ts';

export function parse(markup: string | Uint8Array): ParsedMessage {
  const bytes = typeof markup === 'string' ? Buffer.from(markup, 'utf8') : markup;
  return parseMessage(parseEnvelope(parseXml(bytes)));
}

const header = {
  version: '2.0',
  from: { partyIds: [{ type: 'urn:osb:oin', value: '00000000000000000000' }], role: 'DIGIPOORT' },
  to: { partyIds: [{ type: 'urn:osb:oin', value: '00000000000000000001' }], role: 'OVERHEID' },
  cpaId: 'cpa-1',
  conversationId: 'conversation-1',
  service: { type: 'urn:osb:services', value: 'osb:afleveren:1.1$1.0' },
  action: 'afleveren',
  messageData: {
    messageId: 'message-1@example.org',
    timestamp: '2026-11-22T12:00:00Z',
    refToMessageId: undefined,
    timeToLive: '2026-11-22T12:30:00Z',
  },
  duplicateElimination: true,
  descriptions: [],
};

export const applicationMessage: ApplicationMessage = {
  kind: 'ApplicationMessage',
  header,
  syncReply: { version: '2.0', actor: ACTOR_NEXT },
  messageOrder: undefined,
  ackRequested: { version: '2.0', actor: ACTOR_TO_PARTY_MSH, signed: true },
  nextMshAckRequested: false,
  manifest: { version: '2.0', references: [{ href: 'cid:part-1', role: undefined }] },
};

const signalHeader = {
  ...header,
  from: { partyIds: header.to.partyIds, role: undefined },
  to: { partyIds: header.from.partyIds, role: undefined },
  service: { value: MSH_SERVICE },
  duplicateElimination: false,
  messageData: {
    messageId: 'receipt-1@example.org',
    timestamp: '2026-11-22T12:00:01Z',
    refToMessageId: 'message-1@example.org',
    timeToLive: undefined,
  },
};

export const acknowledgmentMessage: AcknowledgmentMessage = {
  kind: 'AcknowledgmentMessage',
  header: { ...signalHeader, action: 'Acknowledgment' },
  syncReply: undefined,
  messageOrder: undefined,
  acknowledgment: {
    version: '2.0',
    actor: ACTOR_TO_PARTY_MSH,
    timestamp: '2026-11-22T12:00:01Z',
    refToMessageId: 'message-1@example.org',
    from: signalHeader.from.partyIds,
    references: [
      {
        uri: '',
        digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
        digestValue: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
      },
    ],
  },
};

export const errorMessage: ErrorMessage = {
  kind: 'ErrorMessage',
  header: { ...signalHeader, action: 'MessageError' },
  syncReply: undefined,
  messageOrder: undefined,
  errorList: {
    version: '2.0',
    highestSeverity: 'Error',
    errors: [
      {
        codeContext: 'urn:oasis:names:tc:ebxml-msg:service:errors',
        errorCode: 'Inconsistent',
        severity: 'Error',
        location: '//Header/MessageHeader/@version',
        description: 'Invalid value.',
      },
    ],
  },
};

/** The markup with one piece replaced; fails when the piece is not there exactly once. */
export function changed(markup: string, from: string, to: string): string {
  const parts = markup.split(from);
  if (parts.length !== 2) throw new Error(`${from} stands ${parts.length - 1} times in the sample`);
  return parts.join(to);
}

/** Asserts the refusal, and where it is laid. */
export function refuses(code: string, location: string, markup: string): void {
  assert.throws(
    () => parse(markup),
    (thrown) => {
      assert.ok(thrown instanceof GatewayError, String(thrown));
      assert.deepEqual({ code: thrown.code, location: thrown.location }, { code, location });
      return true;
    },
  );
}
