import { toDateTime } from '../../src/clock.ts';
import type { AcknowledgmentMessage, EbmsError, ErrorMessage, MessageHeader } from '../../src/ebms/message.ts';
import { MSH_ACTION, MSH_SERVICE } from '../../src/ebms/namespaces.ts';
import { writeMessage } from '../../src/ebms/write-message.ts';
import { newMessageId } from '../../src/ids.ts';
import { parseArrived } from '../../src/msh/inbound/parse.ts';
import { DEFAULT_MESSAGE_LIMITS } from '../../src/msh/limits.ts';
import { signEnvelope } from '../../src/xmlsec/sign.ts';
import { type ContractTerms, contract, cpaIdOf, dienst, gemeente } from './msh-contracts.ts';
import { MovableClock, openPartyGateway, Routes, submitTo } from './msh-pair.ts';
import { openRecordingPartner, type PartnerAnswer, type RecordingPartner } from './recording-partner.ts';
import type { RawAnswer, TestGateway, TestGatewayOptions } from './test-gateway.ts';
import type { TestParty } from './test-keys.ts';

/** The gateway of gemeente, and dienst as a partner whose answers a test makes by hand. */
export interface Sending {
  readonly here: TestGateway;
  readonly partner: RecordingPartner;
  readonly clock: MovableClock;
  readonly routes: Routes;
  /** Submits a message; answers its id. */
  readonly send: (payloads?: readonly Buffer[]) => Promise<string>;
  /** The envelope as it was sent. */
  readonly sent: (messageId: string) => Promise<Buffer>;
  /** Posts a signal to the gateway by a request of its own. */
  readonly post: (signal: Uint8Array) => Promise<RawAnswer>;
}

/** `answerTo` gets the envelope of each request, and its number. */
export async function withSender(
  terms: ContractTerms,
  use: (at: Sending) => Promise<void>,
  {
    answerTo = () => ({ status: 204 }),
    ...more
  }: Partial<TestGatewayOptions> & {
    readonly answerTo?: (envelope: Buffer, number: number) => PartnerAnswer | Promise<PartnerAnswer>;
  } = {},
): Promise<void> {
  const partner = await openRecordingPartner(({ body }, number) => answerTo(envelopeIn(body), number));
  const routes = new Routes();
  routes.lead(dienst.endpoint, partner.url);
  const clock = new MovableClock();
  const cpa = contract(terms);
  const here = await openPartyGateway(gemeente, { cpas: [cpa], clock, transport: routes.transport(), ...more });
  try {
    await use({
      here,
      partner,
      clock,
      routes,
      send: async (payloads = [Buffer.from('<melding/>')]) =>
        (await submitTo(here, { cpaId: cpaIdOf(cpa), payloads })).messageId,
      sent: async (messageId) => Buffer.from((await here.gateway.messages.find(messageId, 'out')).envelope),
      post: (signal) =>
        here.post({ headers: { 'content-type': 'text/xml', soapaction: '"ebXML"' }, body: Buffer.from(signal) }),
    });
  } finally {
    await partner.close();
    await here.close();
  }
}

/** The SOAP envelope inside a request body, whatever package it is in. */
export function envelopeIn(body: Buffer): Buffer {
  return Buffer.from(/<soap:Envelope.*<\/soap:Envelope>/s.exec(body.toString('latin1'))?.[0] ?? '', 'latin1');
}

export interface SignalChanges {
  /** Changes the header that an honest signal would have. */
  readonly header?: (header: MessageHeader) => MessageHeader;
  /** Changes the markup of the copied References. */
  readonly references?: (markup: string) => string;
  readonly refToMessageId?: string;
  readonly actor?: string;
  /** Who signs; those of dienst when absent, nobody when undefined. */
  readonly keys?: TestParty | undefined;
  readonly digest?: string;
  readonly signature?: string;
  readonly severity?: 'Error' | 'Warning';
  /** In place of the one Inconsistent. */
  readonly errors?: readonly EbmsError[];
}

const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

/** The receipt of dienst for an envelope: as honest as `changes` leave it; signed where a signed one was asked. */
export async function receiptFor(envelope: Buffer, changes: SignalChanges = {}): Promise<Buffer> {
  const { message } = parseEnvelopeOctets(envelope);
  const { messageId } = message.header.messageData;
  const asked = message.kind === 'ApplicationMessage' && message.ackRequested?.signed === true;
  const copied = asked ? (envelope.toString().match(/<ds:Reference .*?<\/ds:Reference>/gs) ?? []).join('') : '';
  const header = signalHeader(message.header, MSH_ACTION.acknowledgment, changes);
  const reply: AcknowledgmentMessage = {
    kind: 'AcknowledgmentMessage',
    header,
    syncReply: undefined,
    messageOrder: undefined,
    acknowledgment: {
      version: '2.0',
      actor: changes.actor,
      timestamp: header.messageData.timestamp,
      refToMessageId: changes.refToMessageId ?? messageId,
      from: [],
      references: [],
    },
  };
  const markup = writeMessage(reply, { referencesXml: changes.references?.(copied) ?? copied });
  const keys = 'keys' in changes ? changes.keys : dienst.keys;
  return asked && keys !== undefined ? signSignal(markup, keys, changes) : Buffer.from(markup);
}

/** A MessageError of dienst about an envelope; unsigned, as every known peer sends it. */
export function errorFor(envelope: Buffer, changes: SignalChanges = {}): Buffer {
  const { message } = parseEnvelopeOctets(envelope);
  const severity = changes.severity ?? 'Error';
  const reply: ErrorMessage = {
    kind: 'ErrorMessage',
    header: signalHeader(message.header, MSH_ACTION.messageError, changes),
    syncReply: undefined,
    messageOrder: undefined,
    errorList: {
      version: '2.0',
      highestSeverity: severity,
      errors: changes.errors ?? [
        {
          codeContext: undefined,
          errorCode: 'Inconsistent',
          severity,
          location: '//Header/MessageHeader/CPAId',
          description: 'not here',
        },
      ],
    },
  };
  return Buffer.from(writeMessage(reply));
}

export function signSignal(
  markup: string,
  keys: TestParty,
  { digest, signature }: SignalChanges = {},
): Promise<Buffer> {
  return signEnvelope({
    envelope: markup,
    parts: [],
    digest: digest ?? SHA256,
    signature: signature ?? RSA_SHA256,
    certificate: keys.certificate,
    sign: keys.sign,
  });
}

export function parseEnvelopeOctets(envelope: Buffer): ReturnType<typeof parseArrived> {
  return parseArrived(
    { envelope, charset: undefined, parts: [], receivedAt: 0, remote: 'test' },
    DEFAULT_MESSAGE_LIMITS.xml,
  );
}

function signalHeader(about: MessageHeader, action: string, changes: SignalChanges): MessageHeader {
  const header: MessageHeader = {
    version: '2.0',
    from: { partyIds: about.to.partyIds, role: undefined },
    to: { partyIds: about.from.partyIds, role: undefined },
    cpaId: about.cpaId,
    conversationId: about.conversationId,
    service: { value: MSH_SERVICE },
    action,
    messageData: {
      messageId: newMessageId('dienst.test'),
      timestamp: toDateTime(Date.parse(about.messageData.timestamp) + 1000),
      refToMessageId: changes.refToMessageId ?? about.messageData.messageId,
      timeToLive: undefined,
    },
    duplicateElimination: false,
    descriptions: [],
  };
  return changes.header?.(header) ?? header;
}
