import { certificateOin } from '../../cpa/certificate-oin.ts';
import { GatewayError } from '../../errors.ts';
import type { Log } from '../../ports/log.ts';
import { oinInAddress } from '../addressing/oin-in-address.ts';
import { parseAddressing } from '../addressing/parse-addressing.ts';
import { openEnvelope } from '../envelope/open-envelope.ts';
import { timeOfArrival } from '../envelope/parse-arrived.ts';
import type { PartnerJudge } from '../parts.ts';
import { partnerTerms } from '../partner-terms.ts';
import type { VerifiedSecurity } from '../security/security.ts';
import { verifySecurity } from '../security/verify-security.ts';
import { notAuthorised } from './announce.ts';
import type { AuthenticRequest, ReadRequest } from './stages.ts';

/**
 * Who sent it: decrypted, then verified, then believed. Without signatures it is who connected. Throws ENCRYPTION_NOT_AGREED,
 * DECRYPTION_FAILED, what `verifySecurity` throws, CERTIFICATE_*, REVOCATION_UNKNOWN, WUS_NOT_AUTHORISED.
 * @spec Digikoppeling WB006, WB009, WB011, WB013
 */
export async function authenticate(read: ReadRequest, judge: PartnerJudge): Promise<AuthenticRequest> {
  const { service, peer } = read;
  const claimed = claimedPartner(read);
  const arrived = { ...read.package.envelope, attachments: read.package.attachments };
  if (!service.profile.signed) {
    const partner = claimed ?? onlyOne(peer.partners);
    if (partner === undefined) throw notAuthorised(`the certificate speaks for several partners, and none is named`);
    return { ...read, partner, opened: { ...arrived, decrypted: false }, security: undefined };
  }
  const terms = partnerTerms(judge.partners, claimed);
  const weakenings = new Set<string>();
  const weakened = (weakening: string): void => void weakenings.add(weakening);
  const opened = await openEnvelope(arrived, service, { ...judge, allow: terms.allow, weakened });
  const { clock, skewMs, maxAgeMs } = judge;
  const verified = await verifySecurity(opened, {
    now: timeOfArrival(read.package.envelope, { now: clock.now(), maxAgeMs }),
    skewMs,
    maxAgeMs,
    allow: terms.allow,
    certificates: terms.certificates,
    confirms: undefined,
    weakened,
  });
  // Its envelope may come again in time, and its attachments so much later.
  const security = { ...verified, expires: verified.expires + maxAgeMs };
  const partner = await believe(security, read, judge);
  if (weakenings.size > 0) useWeakenings(weakenings, { partner, claimed }, judge.log);
  return { ...read, partner, opened, security };
}

/** Who the request says it is from, where it may: whose terms count until the signature tells. Nothing is believed of it. */
function claimedPartner({ package: { envelope }, peer }: ReadRequest): string | undefined {
  const only = onlyOne(peer.partners);
  if (only !== undefined) return only;
  try {
    const oin = oinInAddress(parseAddressing(envelope.soap.header).from);
    return oin !== undefined && peer.partners.has(oin) ? oin : undefined;
  } catch {
    return undefined;
  }
}

function onlyOne(set: ReadonlySet<string>): string | undefined {
  return set.size === 1 ? [...set][0] : undefined;
}

/** The certificate is trusted, and its OIN is of a partner for whom the TLS peer may speak. */
async function believe(
  { certificate }: VerifiedSecurity,
  { service, peer }: ReadRequest,
  { trust, clock }: PartnerJudge,
): Promise<string> {
  await trust.check(certificate, clock.now());
  const oin = certificateOin(certificate);
  if (oin === undefined || !service.partners.has(oin))
    throw notAuthorised(`signed by OIN ${oin ?? 'none'}, which is no partner of ${service.name}`);
  if (!peer.partners.has(oin)) throw notAuthorised(`signed by OIN ${oin}, sent by ${peer.oin ?? 'nobody known'}`);
  return oin;
}

/** A weakening is for the partner that it was allowed for, and for nobody who uses its name. */
function useWeakenings(
  weakenings: ReadonlySet<string>,
  { partner, claimed }: { readonly partner: string; readonly claimed: string | undefined },
  log: Log,
): void {
  if (partner !== claimed)
    throw new GatewayError('SIGNATURE_ALGORITHM', { detail: `${partner} used what is allowed for ${claimed}` });
  for (const weakening of weakenings) log.warn({ partner, weakening }, 'a weakening was used');
}
