import { typedKey } from '../cpa/typed-value.ts';
import type { Cpa } from '../cpa/model.ts';
import { toGatewayError } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import type { Signer } from '../ports/trust.ts';
import type { CpaUseCases, Health } from './gateway.ts';

export interface HealthParts {
  readonly store: Store;
  readonly signer: Signer;
  readonly cpas: CpaUseCases;
  readonly ours: ReadonlySet<string>;
}

type HealthCheck = Health['checks'][number];

/** Whether the gateway could store and sign right now. */
export async function checkHealth(parts: HealthParts): Promise<Health> {
  const checks = [await checkStore(parts), checkKeys(parts)];
  return { ok: checks.every((check) => check.ok), checks };
}

async function checkStore({ store }: HealthParts): Promise<HealthCheck> {
  try {
    const { outboxDue } = await store.stats();
    return { name: 'store', ok: true, detail: `${outboxDue} due` };
  } catch (thrown) {
    return { name: 'store', ok: false, detail: toGatewayError(thrown).message };
  }
}

/** One contract whose key is missing must not take the gateway from all other partners: all of them must lack it. */
function checkKeys({ signer, cpas, ours }: HealthParts): HealthCheck {
  const signing = cpas.list().filter(({ cpa, active }) => active && ownSigningCertificates(cpa, ours).length > 0);
  const unable = signing.filter(({ cpa }) => !ownSigningCertificates(cpa, ours).some((der) => signer.has(der)));
  const names = unable.map(({ cpa }) => cpa.cpaId).join(', ');
  const detail =
    unable.length === 0 ? `${signing.length} contracts can be signed` : `no key for the certificate of ${names}`;
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
