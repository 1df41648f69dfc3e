import { hash } from 'node:crypto';
import { join } from 'node:path';
import { GatewayError } from '../../../src/index.ts';
import type { MessageUseCases, StoredContent, Submitted, SubmittedPayload } from '../../../src/index.ts';
import { contentTypeOf } from '../content-types.ts';
import type { FixedMessage, OutboxSettings } from '../settings.ts';
import type { Claim, Claims } from './claims.ts';
import { readRegular } from './read-regular.ts';
import { parseSidecar } from './sidecar.ts';
import type { MessageTerms, Sidecar } from './sidecar.ts';

export interface Submitting {
  readonly messages: Pick<MessageUseCases, 'createPayload' | 'discardPayload' | 'submit'>;
  readonly claims: Claims;
  /** `files:<name>`. */
  readonly application: string;
  readonly settings: OutboxSettings;
}

/**
 * Submits what was claimed; a repeat, after a crash, gives the same MessageId. Throws what `submit` throws, what a sidecar
 * or a file is refused with, and StillWritten.
 */
export async function submitClaim(claim: Claim, submitting: Submitting): Promise<Submitted> {
  const { settings, application, messages } = submitting;
  if (claim.misnamed) throw misnamed(claim.name);
  const { terms, payloads } =
    settings.message === undefined
      ? await readSidecar(claim, settings.limits.sidecar)
      : fixedSidecar(claim, settings.message);
  if (payloads.length > settings.limits.parts)
    throw new GatewayError('HTTP_TOO_LARGE', { detail: `more than ${settings.limits.parts} payloads` });
  await gatherAll(claim, payloads, submitting);
  const stored = await storeAll(claim, payloads, submitting);
  const digest = digestOf(terms, stored);
  return await messages.submit({ ...terms, payloads: stored, idempotency: { application, key: claim.id, digest } });
}

function misnamed(name: string): GatewayError {
  return new GatewayError('REQUEST_INVALID', {
    location: name,
    detail: `names must be UTF-8, and that of ${name} is not (it is percent-encoded here): put it there under another name`,
  });
}

async function readSidecar({ folder, name }: Claim, most: number): Promise<Sidecar> {
  const chunks: Uint8Array[] = [];
  await readRegular(join(folder, name), most, (chunk) => void chunks.push(chunk));
  return parseSidecar(Buffer.concat(chunks), name);
}

function fixedSidecar({ name }: Claim, { contentType, fromRole, to, toRole, ...others }: FixedMessage): Sidecar {
  return {
    terms: {
      ...others,
      ...(fromRole === undefined ? {} : { fromRole }),
      ...(to === undefined ? {} : { to }),
      ...(toRole === undefined ? {} : { toRole }),
    },
    payloads: [{ file: name, name, contentType }],
  };
}

async function gatherAll(claim: Claim, payloads: Sidecar['payloads'], { claims }: Submitting): Promise<void> {
  const missing: string[] = [];
  const folders: string[] = [];
  for (const { file } of payloads) {
    const gathered = await claims.gather(claim, file);
    if (gathered === 'missing') missing.push(file);
    if (gathered === 'folder') folders.push(file);
  }
  if (folders.length > 0)
    throw new GatewayError('REQUEST_INVALID', {
      location: folders[0] ?? '',
      detail: [
        `a payload is a file, and a folder stays in the outbox: ${folders.join(', ')}`,
        ...(missing.length > 0 ? [`not there: ${missing.join(', ')}`] : []),
      ].join('; '),
    });
  if (missing.length > 0)
    throw new GatewayError('FILE_MISSING', {
      location: missing[0] ?? '',
      detail: `${missing.join(', ')} not there: put the payloads in place first, and the sidecar last`,
    });
}

async function storeAll(
  { folder }: Claim,
  payloads: Sidecar['payloads'],
  { messages, settings: { limits } }: Submitting,
): Promise<readonly SubmittedPayload[]> {
  const stored: SubmittedPayload[] = [];
  let left = limits.message;
  try {
    for (const { file, name = file, contentType = contentTypeOf(file) } of payloads) {
      const content = await storeOne(join(folder, file), left, messages);
      left -= content.size;
      stored.push({ name, contentType, content });
    }
    return stored;
  } catch (error) {
    await Promise.all(stored.map(({ content }) => messages.discardPayload(content)));
    throw error;
  }
}

async function storeOne(path: string, most: number, messages: Submitting['messages']): Promise<StoredContent> {
  const writer = messages.createPayload();
  try {
    await readRegular(path, most, (chunk) => writer.write(chunk));
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Equal for equal requests: a file that changed after it was submitted is a conflict. */
function digestOf(terms: MessageTerms, payloads: readonly SubmittedPayload[]): string {
  const canonical = [
    Object.entries(terms).sort(([a], [b]) => (a < b ? -1 : 1)),
    payloads.map(({ name, contentType, content }) => [name ?? null, contentType, content.size, content.sha256]),
  ];
  return hash('sha256', JSON.stringify(canonical), 'hex');
}
