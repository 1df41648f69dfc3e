import { createHash, sign } from 'node:crypto';
import { GatewayError } from '../../src/errors.ts';
import type { Signer } from '../../src/ports/trust.ts';
import { writeAddressing } from '../../src/wus/addressing/write-addressing.ts';
import type { AttachmentSource } from '../../src/wus/mtom/attachments.ts';
import { secureEnvelope } from '../../src/wus/security/secure-envelope.ts';
import type { SecureTerms, VerifiedSecurity, VerifyTerms } from '../../src/wus/security/security.ts';
import { verifySecurity } from '../../src/wus/security/verify-security.ts';
import { canonicalize } from '../../src/xml/c14n.ts';
import { elementsWhere, parseXml, type XmlElement } from '../../src/xml/tree.ts';
import { digestAlgorithm } from '../../src/xmlsec/algorithms.ts';
import { canonicalFormOf } from '../../src/xmlsec/canonical-form.ts';
import { partyA, type TestParty } from './test-keys.ts';
import { arrived, NO_ATTACHMENTS } from './wus-encryption.ts';

export const NOW = Date.parse('2026-11-22T12:00:00Z');
export const BODY = '<m:vraag xmlns:m="urn:voorbeeld:register"><m:nummer>123456789</m:nummer></m:vraag>';
export const ADDRESSING = {
  to: 'https://dienst.example/wus/register?OIN=00000099000000002000',
  action: 'urn:voorbeeld:register/vraag',
  messageId: 'urn:uuid:6f1c6a3e-0c3b-4b7c-9d55-1f0a5a5c1c11',
  from: 'https://gemeente.example/wus?OIN=00000099000000001000',
};

/** With Ids that tests can name. */
const HEADERS = writeAddressing(ADDRESSING).map((block) =>
  block.replace(/wsu:Id="(wsa-[A-Za-z]+)[^"]*"/, 'wsu:Id="$1"'),
);

function signerOf(party: TestParty): Signer {
  return { has: () => true, sign: (_certificate, digest, data) => party.sign(digest, data) };
}

export interface Honest extends Partial<SecureTerms> {
  readonly party?: TestParty;
  readonly body?: string;
  readonly headers?: readonly string[];
  readonly attachments?: AttachmentSource;
}

/** A message as this gateway signs it. */
export async function honestMessage(more: Honest = {}): Promise<string> {
  const { party = partyA, body = BODY, headers = HEADERS, attachments = NO_ATTACHMENTS } = more;
  const envelope = { headers, body: Buffer.from(body), attachments };
  const secured = await secureEnvelope(envelope, {
    now: NOW,
    expiresAfterMs: 300_000,
    signer: signerOf(party),
    certificate: party.certificate,
    confirms: undefined,
    encryptFor: undefined,
    ...more,
  });
  return secured.bytes.toString();
}

export const TERMS: VerifyTerms = {
  now: NOW,
  skewMs: 60_000,
  maxAgeMs: 300_000,
  allow: { sha1: false, keyReferences: false, unsignedConfirmation: false },
  certificates: [],
  confirms: undefined,
  weakened: () => undefined,
};

export function verifyText(
  text: string,
  terms: Partial<VerifyTerms> = {},
  attachments = NO_ATTACHMENTS,
): Promise<VerifiedSecurity> {
  return verifySecurity({ ...arrived(text, attachments), decrypted: false }, { ...TERMS, ...terms });
}

/** The code that verifying ends with, or `verified`. */
export async function verdict(
  text: string,
  terms: Partial<VerifyTerms> = {},
  attachments = NO_ATTACHMENTS,
): Promise<string> {
  try {
    await verifyText(text, terms, attachments);
    return 'verified';
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return error.code;
  }
}

/**
 * A message changed by `edit`, and then signed for good by the partner itself: nothing but what the edit says can be refused. Digests
 * are of the first element that has the Id in any attribute of that name.
 */
export function resigned(honest: string, edit: (text: string) => string, party: TestParty = partyA): string {
  const blank = honest.replace(/(<[\w:]*(?:DigestValue|SignatureValue)>)[^<]*</g, '$1@<');
  return fillIn(edit(blank), party);
}

function fillIn(text: string, party: TestParty): string {
  const { root } = parseXml(Buffer.from(text));
  const references = all(root, 'Reference').filter((el) => el.parent?.localName === 'SignedInfo');
  let filled = text;
  for (const reference of references) {
    filled = filled.replace('DigestValue>@<', () => `DigestValue>${digestFor(reference, root)}<`);
  }
  const [signedInfo] = all(parseXml(Buffer.from(filled)).root, 'SignedInfo');
  if (signedInfo === undefined) return filled;
  const octets = canonicalize(signedInfo, formIn(signedInfo, 'CanonicalizationMethod'));
  const value = sign(hashOf(valueOf(signedInfo, 'SignatureMethod', 'Algorithm')), octets, party.key).toString('base64');
  return filled.replace(/(SignatureValue(?: [^>]*)?>)@</, (_, start: string) => `${start}${value}<`);
}

function digestFor(reference: XmlElement, root: XmlElement): string {
  const uri = reference.attributes.find(({ localName }) => localName === 'URI')?.value ?? '';
  const hasId = (el: XmlElement): boolean =>
    el.attributes.some(({ localName, value }) => localName.toLowerCase() === 'id' && `#${value}` === uri);
  const [element = root] = elementsWhere(root, hasId);
  const hash = digestAlgorithm(valueOf(reference, 'DigestMethod', 'Algorithm'))?.hash ?? 'sha256';
  return createHash(hash)
    .update(canonicalize(element, formIn(reference, 'Transform')))
    .digest('base64');
}

const hashOf = (algorithm: string): string => /sha\d+|md5/.exec(algorithm)?.[0] ?? 'sha256';

function valueOf(el: XmlElement, child: string, name: string): string {
  const [found] = all(el, child);
  return found?.attributes.find(({ localName }) => localName === name)?.value ?? '';
}

/** The form that an element of that name asks; the exclusive one when it asks none that exists. */
function formIn(el: XmlElement, localName: string): ReturnType<typeof canonicalFormOf> {
  const found = all(el, localName).at(-1);
  try {
    if (found !== undefined) return canonicalFormOf(found);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
  }
  return { exclusive: true, comments: false };
}

export function all(el: XmlElement, localName: string): XmlElement[] {
  return [...elementsWhere(el, (one) => one.localName === localName)];
}

/** The markup of the first element of that qualified name. */
export function markupOf(text: string, name: string): string {
  const found = new RegExp(`<${name}[ >].*?</${name}>`, 's').exec(text);
  if (found === null) throw new Error(`the test document has no ${name}`);
  return found[0];
}

export function idOf(text: string, name: string): string {
  return /wsu:Id="([^"]*)"/.exec(markupOf(text, name))?.[1] ?? '';
}
