import assert from 'node:assert/strict';
import { writeMessage } from '../../../src/ebms/write-message.ts';
import type { AcknowledgmentMessage, ApplicationMessage, MessageHeader } from '../../../src/ebms/message.ts';
import { canonicalContext, parsedContext } from '../../../src/xmlsec/signing-context.ts';
import { signMessage, verifyMessage } from './signed-message.ts';

const HEADER: MessageHeader = {
  version: '2.0',
  from: { partyIds: [{ type: 'urn:osb:oin', value: '00000099000000001000' }], role: 'É & <b> "c"' },
  to: { partyIds: [{ value: 'urn:x:y' }], role: undefined },
  cpaId: 'een&twee',
  conversationId: 'c\r\n€',
  service: { type: 'urn:osb:services', value: 'osb:melding:1.0' },
  action: 'melden',
  messageData: {
    messageId: 'a@b',
    timestamp: '2026-11-22T12:00:00Z',
    refToMessageId: undefined,
    timeToLive: undefined,
  },
  duplicateElimination: true,
  descriptions: [],
};
const APPLICATION: ApplicationMessage = {
  kind: 'ApplicationMessage',
  header: HEADER,
  syncReply: { version: '2.0', actor: 'http://schemas.xmlsoap.org/soap/actor/next' },
  messageOrder: undefined,
  ackRequested: { version: '2.0', actor: 'urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH', signed: true },
  nextMshAckRequested: false,
  manifest: { version: '2.0', references: [{ href: 'cid:a%20b@c', role: undefined }] },
};
const RECEIPT: AcknowledgmentMessage = {
  kind: 'AcknowledgmentMessage',
  header: HEADER,
  syncReply: undefined,
  messageOrder: undefined,
  acknowledgment: {
    version: '2.0',
    actor: 'urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH',
    timestamp: '2026-11-22T12:00:00Z',
    refToMessageId: 'a@b',
    from: HEADER.to.partyIds,
    references: [],
  },
};
const SIGNED_INFO =
  '<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="urn:x"></ds:CanonicalizationMethod></ds:SignedInfo>';

describe('markup that is canonical as it stands', () => {
  it('signs exactly as parsed markup does: a message, with and without SyncReply', () => {
    sameContext(writeMessage(APPLICATION));
    sameContext(writeMessage({ ...APPLICATION, syncReply: undefined }));
  });

  it('signs exactly as parsed markup does: a receipt with copied References, which quote the actors', async () => {
    const { referencesXml } = await verifyMessage(await signMessage());
    assert.match(referencesXml, /nextMSH/);
    sameContext(writeMessage(RECEIPT, { referencesXml }));
  });

  it('is left to the parser where another block is for the next actor, or the Envelope has more than declarations', () => {
    assert.equal(canonicalContext(writeMessage({ ...APPLICATION, nextMshAckRequested: true })), undefined);
    const markup = writeMessage(APPLICATION);
    assert.equal(canonicalContext(markup.replace('<soap:Envelope', '<soap:Envelope xml:lang="nl"')), undefined);
    assert.equal(canonicalContext(markup.replace(/ xmlns:ds="[^"]*"/, '')), undefined);
  });
});

function sameContext(markup: string): void {
  const canonical = canonicalContext(markup);
  const parsed = parsedContext(markup);
  assert.ok(canonical !== undefined);
  assert.equal(canonical.soapPrefix, parsed.soapPrefix);
  for (const hash of ['sha1', 'sha256', 'sha512']) assert.deepEqual(canonical.digest(hash), parsed.digest(hash));
  assert.equal(
    canonical.canonicalSignedInfo(SIGNED_INFO).toString(),
    parsed.canonicalSignedInfo(SIGNED_INFO).toString(),
  );
  assert.deepEqual(canonical.insert('<ds:Signature/>'), parsed.insert('<ds:Signature/>'));
}
