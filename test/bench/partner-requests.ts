import { createHash, createPrivateKey, randomBytes, randomUUID, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Agreement } from '../../src/cpa/agreement.ts';
import { parseCpa } from '../../src/cpa/parse-cpa.ts';
import { resolveSend } from '../../src/cpa/resolve.ts';
import type { ApplicationMessage } from '../../src/ebms/message.ts';
import { writeMessage } from '../../src/ebms/write-message.ts';
import { encodeCid } from '../../src/mime/content-id.ts';
import { writeMultipart } from '../../src/mime/writer.ts';
import { signEnvelope } from '../../src/xmlsec/sign.ts';
import { httpRequest } from './load-generator.ts';
import { progress } from './scenario.ts';
import type { TwoParties } from './two-parties.ts';

/** Envelopes of the sender to the receiver under their contract, signed where it says so. */
export interface Partner {
  readonly agreement: Agreement;
  envelope(messageId: string, parts: readonly { contentId: string; digest: Buffer }[]): Promise<Buffer>;
}

const signInPool = promisify(sign);

/** Plays the sender: the receiver's gateway cannot tell. A `description` in the header makes the envelope larger. */
export function playSender({ sender, contract }: TwoParties, description?: string): Partner {
  const cpa = parseCpa(readFileSync(contract.file));
  const service = { type: 'urn:osb:services', value: contract.service.slice('urn:osb:services:'.length) };
  const from = [{ type: 'urn:osb:oin', value: sender.oin }];
  const agreement = resolveSend(cpa, { from, service, action: contract.action });
  const key = createPrivateKey(sender.file('keys/sign.key'));
  const certificate = new X509Certificate(sender.file('keys/sign.crt')).raw;
  const { signing } = agreement;
  return {
    agreement,
    async envelope(messageId, parts) {
      const references = parts.map(({ contentId }) => ({ href: encodeCid(contentId), role: undefined }));
      const envelope = writeMessage({
        ...applicationMessage(agreement, messageId, description),
        manifest: { version: '2.0', references },
      });
      if (signing === undefined) return Buffer.from(envelope);
      return signEnvelope({
        envelope,
        parts,
        digest: signing.hashFunction,
        signature: signing.signatureAlgorithm,
        certificate,
        sign: (hash, data) => signInPool(hash, data, key),
      });
    },
  };
}

/** As many are signed at a time. */
const AT_ONCE = 64;

/** Makes `count` HTTP requests beforehand, each with its own MessageId and a payload of `size` octets. */
export async function partnerRequests(parties: TwoParties, count: number, size: number): Promise<readonly Buffer[]> {
  progress(`making ${count} messages`);
  const partner = playSender(parties);
  const url = new URL(parties.receiver.ebmsUrl);
  const payload = Buffer.from(randomBytes(size).toString('base64')).subarray(0, size);
  const make = async (index: number): Promise<Buffer> => {
    // At random, as most partners make it: no help to an index.
    const messageId = `${randomUUID()}@localhost`;
    const contentId = `${index}.${messageId}`;
    const body = Buffer.from(payload);
    body.write(String(index));
    const bytes = await partner.envelope(messageId, [
      { contentId, digest: createHash('sha256').update(body).digest() },
    ]);
    const root = { contentId: messageId, contentType: 'text/xml; charset=UTF-8', bytes };
    const packed = writeMultipart(root, [{ contentId, contentType: 'application/xml', size, body }]);
    if (!(packed.body instanceof Uint8Array)) throw new Error('a package in memory was expected');
    return httpRequest(url, { 'content-type': packed.contentType, soapaction: '"ebXML"' }, packed.body);
  };
  const requests: Buffer[] = [];
  while (requests.length < count) {
    const many = Math.min(AT_ONCE, count - requests.length);
    requests.push(...(await Promise.all(Array.from({ length: many }, (_, index) => make(requests.length + index)))));
  }
  return requests;
}

function applicationMessage(
  agreement: Agreement,
  messageId: string,
  description: string | undefined,
): ApplicationMessage {
  return {
    kind: 'ApplicationMessage',
    header: {
      version: '2.0',
      from: { partyIds: agreement.from.partyIds, role: agreement.from.role },
      to: { partyIds: agreement.to.partyIds, role: agreement.to.role },
      cpaId: agreement.cpa.cpaId,
      conversationId: messageId,
      service: agreement.service,
      action: agreement.action,
      messageData: {
        messageId,
        timestamp: new Date().toISOString(),
        refToMessageId: undefined,
        timeToLive: new Date(Date.now() + 3_600_000).toISOString(),
      },
      duplicateElimination: agreement.duplicateElimination === 'always',
      descriptions: description === undefined ? [] : [description],
    },
    syncReply: { version: '2.0', actor: 'http://schemas.xmlsoap.org/soap/actor/next' },
    messageOrder: undefined,
    ackRequested: {
      version: '2.0',
      actor: agreement.actor,
      signed: agreement.ackSignatureRequested === 'always',
    },
    nextMshAckRequested: false,
    manifest: undefined,
  };
}
