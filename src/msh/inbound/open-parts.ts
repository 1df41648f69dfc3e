import type { Agreement } from '../../cpa/agreement.ts';
import { partyKeyOf } from '../../cpa/typed-value.ts';
import { GatewayError } from '../../errors.ts';
import { encodeCid } from '../../mime/content-id.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { Decrypter } from '../../ports/trust.ts';
import { contentAlgorithm } from '../../xmlsec/encryption/algorithms.ts';
import type { OpenedPart } from '../../xmlsec/encryption/opened-part.ts';
import { PartOpener } from '../../xmlsec/encryption/part-opener.ts';
import type { PartnerTerms, Weakening } from '../parts.ts';
import { type OpenerFactory, type Opening, OpeningWriter } from './opening-writer.ts';
import { plainType, type ReceivedPart } from './received-part.ts';

export interface Unsealer {
  readonly payloads: PayloadStore;
  readonly decrypter: Decrypter;
  readonly partners: ReadonlyMap<string, PartnerTerms>;
  weakened(partner: string, weakening: Weakening): void;
}

/**
 * What opens parts under a contract that encrypts, with the one key that the contract names; undefined where there is none to
 * open with. What is let in besides GCM and OAEP is what the configuration allows this partner. @spec Digikoppeling ENC003, Digikoppeling ENC004
 */
export function openerFor(agreement: Agreement, unsealer: Unsealer): OpenerFactory | undefined {
  const certificate = agreement.encryption?.certificate;
  const { decrypter, partners } = unsealer;
  if (certificate === undefined || !decrypter.has(certificate)) return undefined;
  const allowed = partners.get(partnerOf(agreement))?.allow ?? [];
  const allow = { cbc: allowed.includes('cbc'), rsa15: allowed.includes('rsa15') };
  const holder = {
    certificates: () => [certificate],
    unwrap: (work: Parameters<Decrypter['unwrap']>[0]) => decrypter.unwrap(work),
  };
  return (sink) => new PartOpener({ decrypter: holder, allow, sink });
}

/** Whether there is anything to do: hardly ever. */
export function concernsEncryption({ encryption }: Agreement, parts: readonly ReceivedPart[]): boolean {
  return encryption !== undefined || parts.some((part) => part.encryption !== undefined);
}

/**
 * Opens what came before the contract was known, and demands of every part what the contract says of it: encrypted, or plain.
 * `replaced` is told of the parts each time one of them changed, so that a refusal finds them all. Throws
 * ENCRYPTION_NOT_AGREED, DECRYPTION_KEY_MISSING; what could not be decrypted is said by `refuseUnopened`.
 * @spec ebMS2 §4.1.4.5, Digikoppeling ENC001
 */
export async function openParts(
  parts: readonly ReceivedPart[],
  agreement: Agreement,
  unsealer: Unsealer & { readonly replaced: (parts: readonly ReceivedPart[]) => void },
): Promise<readonly ReceivedPart[]> {
  requireAgreed(parts, agreement);
  const opener = openerFor(agreement, unsealer);
  if (opener === undefined) {
    if (parts.length === 0) return parts;
    throw new GatewayError('DECRYPTION_KEY_MISSING', {
      location: PLACE,
      detail: 'no key belongs to the encryption certificate that the CPA names for the To party',
    });
  }
  let opened = parts;
  for (const part of parts) {
    if (part.encryption !== 'sealed') continue;
    const plain = await openStored(part, opener, unsealer.payloads);
    opened = opened.map((one) => (one === part ? plain : one));
    unsealer.replaced(opened);
    await unsealer.payloads.discard(part.content.body);
  }
  noteWeakenings(opened, agreement, unsealer);
  return opened;
}

/**
 * Throws DECRYPTION_FAILED for the first part that was not opened, or not by an algorithm of the contract. Called when the
 * signature has been looked at: cipher text that was tampered with ends in the same answer after the same work, whatever
 * of it did not hold. @spec Digikoppeling ENC003
 */
export function refuseUnopened(parts: readonly ReceivedPart[], agreement: Agreement): void {
  for (const { encryption } of parts) {
    if (encryption === undefined || encryption === 'sealed') continue;
    if ('failed' in encryption) throw refusal(encryption.failed.detail ?? 'not decrypted', encryption.failed);
    requireAlgorithm(encryption, agreement);
  }
}

/** As of a signature, so that a partner cannot tell one from the other. */
const PLACE = '//Header/Signature';

function requireAgreed(parts: readonly ReceivedPart[], { encryption }: Agreement): void {
  const other = parts.find((part) => (part.encryption === undefined) === (encryption !== undefined));
  if (other === undefined) return;
  throw new GatewayError('ENCRYPTION_NOT_AGREED', {
    location: encodeCid(other.contentId),
    detail:
      encryption === undefined ? 'the part is encrypted, the CPA asks for none' : 'the part is plain, the CPA encrypts',
  });
}

/** What is stronger than the contract asks is taken; legacy only where the contract names it too. */
function requireAlgorithm({ algorithm }: OpenedPart, { encryption }: Agreement): void {
  if (contentAlgorithm(algorithm)?.mode === 'gcm' || encryption?.algorithms.includes(algorithm) === true) return;
  throw refusal(`${algorithm} is not of the CPA`);
}

function refusal(detail: string, cause?: GatewayError): GatewayError {
  return new GatewayError('DECRYPTION_FAILED', { location: PLACE, detail, ...(cause === undefined ? {} : { cause }) });
}

async function openStored(part: ReceivedPart, opener: OpenerFactory, payloads: PayloadStore): Promise<ReceivedPart> {
  const { contentId, name } = part;
  const writer = new OpeningWriter(payloads.createHeld(), opener);
  try {
    for await (const chunk of (await payloads.open(part.content.body)) as AsyncIterable<Buffer>)
      await writer.write(chunk);
  } catch (thrown) {
    await writer.abort();
    throw thrown;
  }
  const { content, opening } = await writer.finish();
  return { contentId, contentType: plainType(opening), name, content, encryption: opening };
}

function noteWeakenings(parts: readonly ReceivedPart[], agreement: Agreement, unsealer: Unsealer): void {
  const used = new Set(parts.flatMap(({ encryption }) => usedBy(encryption)));
  for (const weakening of used) unsealer.weakened(partnerOf(agreement), weakening);
}

function usedBy(encryption: 'sealed' | Opening | undefined): OpenedPart['used'] {
  return encryption === undefined || encryption === 'sealed' || 'failed' in encryption ? [] : encryption.used;
}

function partnerOf({ from }: Agreement): string {
  return partyKeyOf(from.partyIds);
}
