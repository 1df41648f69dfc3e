import type { Clock } from '../clock.ts';
import { typedKey } from '../cpa/typed-value.ts';
import type { Cpa } from '../cpa/model.ts';
import { toGatewayError } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import type { Signer, Trust } from '../ports/trust.ts';
import type { CpaUseCases, Health } from './gateway.ts';
import type { WriteWatch } from './observed-store.ts';
import type { OwnCertificate } from './parts.ts';

export interface HealthParts {
  readonly store: Store;
  readonly watch: WriteWatch;
  readonly signer: Signer;
  readonly trust: Pick<Trust, 'revocation' | 'checkPeer'>;
  readonly cpas: CpaUseCases;
  readonly ours: ReadonlySet<string>;
  readonly clock: Clock;
  readonly certificates: readonly OwnCertificate[];
}

type HealthCheck = Health['checks'][number];

/** Whether the gateway could store, sign and connect right now. */
export async function checkHealth(parts: HealthParts): Promise<Health> {
  const checks = [await checkStore(parts), checkKeys(parts), checkCertificates(parts), ...checkRevocation(parts)];
  return { ok: checks.every((check) => check.ok), checks };
}

/** After a write that failed another one is tried: reading may go on where the disk is full. */
async function checkStore({ store, watch }: HealthParts): Promise<HealthCheck> {
  try {
    if (watch.failure !== undefined) await store.probe();
    const { outboxDue } = await store.stats();
    return { name: 'store', ok: true, detail: `${outboxDue} due` };
  } catch (thrown) {
    return { name: 'store', ok: false, detail: toGatewayError(thrown).message };
  }
}

/** Days before its end that a certificate is spoken of: time to order another and agree a CPA with it. */
export const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

/** Who is told of a certificate that ends soon still has a gateway that works. */
function checkCertificates({ certificates, clock, trust }: HealthParts): HealthCheck {
  const now = clock.now();
  const unfit = certificates.filter(({ notBefore, notAfter }) => now < notBefore || now > notAfter);
  const revoked = certificates.filter(({ der }) => isRevoked(der, trust));
  const ending = certificates.filter(({ notAfter }) => now <= notAfter && notAfter - now < SOON_DAYS * DAY_MS);
  const said = [
    ...unfit.map(({ name, notBefore }) => `${name} ${now < notBefore ? 'is not valid yet' : 'has ended'}`),
    ...revoked.map(({ name }) => `${name} is revoked`),
    ...ending.map(({ name, notAfter }) => `${name} ends in ${Math.floor((notAfter - now) / DAY_MS)} days`),
  ];
  const detail = said.length === 0 ? `${certificates.length} valid` : said.join(', ');
  return { name: 'certificates', ok: unfit.length + revoked.length === 0, detail };
}

/** By the lists that are here: what would have to be fetched first, or that nobody knows, is another check. */
function isRevoked(der: Uint8Array, trust: HealthParts['trust']): boolean {
  try {
    void trust.checkPeer(der)?.catch(() => undefined);
    return false;
  } catch (error) {
    return toGatewayError(error).code === 'CERTIFICATE_REVOKED';
  }
}

/** One CA whose list is missing must not take the gateway from the partners of the others: all of them must lack it. */
function checkRevocation({ trust: { revocation } }: HealthParts): readonly HealthCheck[] {
  if (revocation === undefined) return [];
  const lists = revocation.lists();
  const current = lists.filter(({ state }) => state === 'current');
  const unfit = lists.filter(({ state }) => state !== 'current');
  const said = unfit.map(({ authority, state }) =>
    state === 'ended' ? `the list of ${authority} has ended` : `no list of ${authority}`,
  );
  const detail = said.length === 0 ? `${current.length} current` : said.join(', ');
  return [{ name: 'revocation', ok: !revocation.required || lists.length === 0 || current.length > 0, detail }];
}

/** One contract whose key is missing must not take the gateway from all other partners: all of them must lack it. */
function checkKeys({ signer, cpas, ours }: HealthParts): HealthCheck {
  const signing = cpas.list().filter(({ cpa, active }) => active && ownSigningCertificates(cpa, ours).length > 0);
  const unable = signing.filter(({ cpa }) => !ownSigningCertificates(cpa, ours).some((der) => signer.has(der)));
  const names = unable.map(({ cpa }) => cpa.cpaId).join(', ');
  const detail =
    unable.length === 0 ? `contracts that can be signed: ${signing.length}` : `no key for the certificate of ${names}`;
  return { name: 'keys', ok: signing.length === 0 || unable.length < signing.length, detail };
}

function ownSigningCertificates(cpa: Cpa, ours: ReadonlySet<string>): readonly Uint8Array[] {
  return cpa.parties
    .filter(({ partyIds }) => partyIds.some((partyId) => ours.has(typedKey(partyId))))
    .flatMap(({ certificates, docExchanges }) =>
      [...docExchanges.values()].flatMap(({ sender }) => {
        const ref = sender?.nonRepudiation?.certificateRef;
        const der = ref === undefined ? undefined : certificates.get(ref)?.der;
        return der === undefined ? [] : [der];
      }),
    );
}
