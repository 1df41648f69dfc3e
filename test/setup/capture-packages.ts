import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { typedKey } from '../../src/cpa/typed-value.ts';
import type { EbmsMessage } from '../../src/ebms/message.ts';
import { type ArrivedEnvelope, parseArrived } from '../../src/msh/inbound/parse.ts';
import { readPackage } from '../../src/msh/inbound/read-package.ts';
import { DEFAULT_MESSAGE_LIMITS } from '../../src/msh/limits.ts';
import { openPayloadFiles } from '../../src/store/files/payload-files.ts';
import type { Captured } from './captures.ts';
import type { TestGateway } from './test-gateway.ts';

/** An envelope alone, as a signal comes. */
export function parseSignal(envelope: Buffer): { readonly message: EbmsMessage } {
  const arrived: ArrivedEnvelope = { envelope, charset: undefined, parts: [], receivedAt: 0, remote: 'test' };
  return parseArrived(arrived, DEFAULT_MESSAGE_LIMITS.xml);
}

/** A captured request taken apart and read, its parts in memory. */
export async function parsePackage(captured: Captured): Promise<ReturnType<typeof parseArrived>> {
  const incoming = { method: 'POST', path: '/ebms', remote: 'test', clientCertificate: undefined };
  const payloads = await openPayloadFiles({
    directory: join(tmpdir(), 'postiljon-test-captures'),
    inlineLimit: 1024 * 1024,
  });
  const request = { ...incoming, headers: captured.headers, body: Readable.from([captured.body]) };
  const arrived = await readPackage(request, DEFAULT_MESSAGE_LIMITS, { payloads });
  return parseArrived({ ...arrived, receivedAt: 0, remote: 'test' }, DEFAULT_MESSAGE_LIMITS.xml);
}

/** Puts a captured message into the store as one that this gateway sent. */
export async function seedSent({ store }: TestGateway, captured: Captured, endpoint: string): Promise<string> {
  const { message, parts, envelopeBytes } = await parsePackage(captured);
  assert.ok(message.kind === 'ApplicationMessage');
  const { header } = message;
  const { messageId, timestamp, refToMessageId, timeToLive } = header.messageData;
  const key = ([partyId]: typeof header.from.partyIds): string => (partyId === undefined ? '' : typedKey(partyId));
  const outcome = await store.submitOutbound({
    messageId,
    cpaId: header.cpaId,
    fromPartyId: key(header.from.partyIds),
    fromRole: header.from.role,
    toPartyId: key(header.to.partyIds),
    toRole: header.to.role,
    service: typedKey(header.service),
    action: header.action,
    conversationId: header.conversationId,
    refToMessageId,
    timestamp: Date.parse(timestamp),
    timeToLive: timeToLive === undefined ? undefined : Date.parse(timeToLive),
    storedAt: Date.parse(timestamp),
    envelope: envelopeBytes,
    payloads: parts.map(({ content, ...part }) => ({ ...part, ...content })),
    endpoint,
    lane: key(header.to.partyIds),
    retries: 5,
    retryInterval: 300_000,
    reliable: true,
    syncReply: false,
    ackSigned: message.ackRequested?.signed === true,
    idempotency: undefined,
    order: undefined,
  });
  assert.equal(outcome.kind, 'submitted');
  return messageId;
}
