import type { Agreement } from '../../cpa/agreement.ts';
import type { ApplicationMessage } from '../../ebms/message.ts';
import { writeMessage, type WriteExtra } from '../../ebms/write-message.ts';
import { GatewayError } from '../../errors.ts';
import { encodeCid } from '../../mime/content-id.ts';
import type { PayloadRecord } from '../../ports/store.ts';
import { digestAlgorithm } from '../../xmlsec/algorithms.ts';
import { signEnvelope } from '../../xmlsec/sign.ts';
import { readDigest } from '../inbound/read-package.ts';
import type { WaitingRequest } from '../responses/waiting-requests.ts';
import type { Submitter } from './submitter.ts';

export interface Sealing {
  readonly agreement: Agreement;
  readonly submitter: Pick<Submitter, 'signer' | 'payloads'>;
}

/**
 * The same message with the receipt of the request in its header, for the HTTP answer; undefined where there is none to give.
 * A repeat goes without it: whoever reads no receipt beside a message can read that. @spec ebMS2 §6.3.2
 */
export async function sealBundle(
  message: ApplicationMessage,
  payloads: readonly PayloadRecord[],
  { waiting, ...sealing }: Sealing & { readonly waiting: WaitingRequest },
): Promise<Buffer | undefined> {
  const { acknowledgment, referencesXml } = waiting.request;
  if (acknowledgment === undefined) return undefined;
  const extra = referencesXml === undefined ? {} : { referencesXml };
  return await seal({ ...message, acknowledgment }, payloads, { ...sealing, extra });
}

/** Octets of the envelope that every attempt will carry: signed now, or never. Throws SIGNING_KEY_MISSING, SIGNATURE_ALGORITHM. */
export async function seal(
  message: ApplicationMessage,
  payloads: readonly PayloadRecord[],
  sealing: Sealing & { readonly extra?: WriteExtra },
): Promise<Buffer> {
  const references = payloads.map(({ contentId }) => ({ href: encodeCid(contentId), role: undefined }));
  const markup = writeMessage(
    references.length === 0 ? message : { ...message, manifest: { version: '2.0', references } },
    sealing.extra,
  );
  const { signing } = sealing.agreement;
  if (signing === undefined) return Buffer.from(markup, 'utf8');
  const { certificate, hashFunction, signatureAlgorithm } = signing;
  const { signer, payloads: payloadStore } = sealing.submitter;
  if (certificate === undefined || !signer.has(certificate))
    throw new GatewayError('SIGNING_KEY_MISSING', { location: 'from' });
  const hash = digestAlgorithm(hashFunction)?.hash;
  if (hash === undefined) throw new GatewayError('SIGNATURE_ALGORITHM', { detail: hashFunction });
  const parts = payloads.map(async ({ body, size, sha256, contentId, contentType, name }) => {
    const part = { contentId, contentType, name, content: { body, size, sha256 } };
    return { contentId, digest: await readDigest(hash, part, payloadStore) };
  });
  const sign = (name: string, data: Uint8Array): Promise<Buffer> => signer.sign(certificate, name, data);
  return signEnvelope({
    canonical: true,
    envelope: markup,
    parts: await Promise.all(parts),
    digest: hashFunction,
    signature: signatureAlgorithm,
    certificate,
    sign,
  });
}
