import { createHash, createPrivateKey, randomBytes, sign, X509Certificate } from 'node:crypto';
import { parseCpa } from '../../src/cpa/parse-cpa.ts';
import { resolveSend } from '../../src/cpa/resolve.ts';
import type { ApplicationMessage } from '../../src/ebms/message.ts';
import { writeMessage } from '../../src/ebms/write-message.ts';
import { newMessageId } from '../../src/ids.ts';
import { encodeCid } from '../../src/mime/content-id.ts';
import { writeMultipart } from '../../src/mime/writer.ts';
import { signEnvelope } from '../../src/xmlsec/sign.ts';
import { httpRequest } from './load-generator.ts';
import { ACTION, type TwoParties } from './two-parties.ts';

/** Makes `count` HTTP requests beforehand: signed messages, each with its own MessageId and payload of `size` octets. */
export async function signedRequests(parties: TwoParties, count: number, size: number): Promise<readonly Buffer[]> {
  const cpa = parseCpa(parties.cpa);
  const from = { type: 'urn:osb:oin', value: parties.sender.oin };
  const agreement = resolveSend(cpa, {
    from: [from],
    service: { type: 'urn:osb:services', value: 'osb:bench:1.0' },
    action: ACTION,
  });
  const key = createPrivateKey(parties.sender.file('keys/sign.key'));
  const certificate = new X509Certificate(parties.sender.file('keys/sign.crt')).raw;
  const { signing } = agreement;
  if (signing === undefined) throw new Error('the contract does not sign');
  const payload = Buffer.from(randomBytes(size).toString('base64')).subarray(0, size);
  const url = new URL(parties.receiver.ebmsUrl);
  const requests: Buffer[] = [];
  for (let index = 0; index < count; index += 1) {
    const message = applicationMessage(agreement, index);
    const { messageId } = message.header.messageData;
    const contentId = `${index}.${messageId}`;
    const bytes = Buffer.from(payload);
    bytes.write(String(index));
    const envelope = await signEnvelope({
      envelope: writeMessage({
        ...message,
        manifest: { version: '2.0', references: [{ href: encodeCid(contentId), role: undefined }] },
      }),
      parts: [{ contentId, digest: createHash('sha256').update(bytes).digest() }],
      digest: signing.hashFunction,
      signature: signing.signatureAlgorithm,
      certificate,
      sign: (hash, data) => Promise.resolve(sign(hash, data, key)),
    });
    const root = { contentId: messageId, contentType: 'text/xml; charset=UTF-8', bytes: envelope };
    const packed = writeMultipart(root, [{ contentId, contentType: 'application/xml', size, body: bytes }]);
    if (!(packed.body instanceof Uint8Array)) throw new Error('a package in memory was expected');
    requests.push(httpRequest(url, { 'content-type': packed.contentType, soapaction: '"ebXML"' }, packed.body));
  }
  return requests;
}

function applicationMessage(agreement: ReturnType<typeof resolveSend>, index: number): ApplicationMessage {
  return {
    kind: 'ApplicationMessage',
    header: {
      version: '2.0',
      from: { partyIds: agreement.from.partyIds, role: agreement.from.role },
      to: { partyIds: agreement.to.partyIds, role: agreement.to.role },
      cpaId: agreement.cpa.cpaId,
      conversationId: `bench-${index}`,
      service: agreement.service,
      action: agreement.action,
      messageData: {
        messageId: newMessageId('localhost'),
        timestamp: new Date().toISOString(),
        refToMessageId: undefined,
        timeToLive: new Date(Date.now() + 3_600_000).toISOString(),
      },
      duplicateElimination: true,
      descriptions: [],
    },
    syncReply: { version: '2.0', actor: 'http://schemas.xmlsoap.org/soap/actor/next' },
    messageOrder: undefined,
    ackRequested: { version: '2.0', actor: agreement.actor, signed: true },
    nextMshAckRequested: false,
    manifest: undefined,
  };
}
