import { partyOin } from '../../cpa/oin.ts';
import type { Consultation, ConsultationOwner } from '../../ports/consultations.ts';
import type { MessageOwner } from '../../ports/store.ts';
import type { WusService } from '../service.ts';

/** The same lists for WUS: parties are known by their OIN, services by their name, and an action is an operation. */
export function consultationOwner({ parties, services, actions }: MessageOwner): ConsultationOwner {
  return {
    parties: parties?.map(partyOin).filter((oin) => oin !== undefined),
    services,
    operations: actions,
  };
}

/** Those of its name and parties, with its operations only. */
export function ownServices(
  services: readonly WusService[],
  { parties, services: names, operations }: ConsultationOwner,
): readonly WusService[] {
  return services
    .filter((service) => has(names, service.name) && partiesOf(service).some((oin) => has(parties, oin)))
    .map((service) => {
      const own = service.wsdl.operations.filter(({ name }) => has(operations, name));
      return { ...service, wsdl: { ...service.wsdl, operations: own } };
    })
    .filter(({ wsdl }) => wsdl.operations.length > 0);
}

/** What is not known belongs to who is not limited in it. */
export function isOwnConsultation(
  { party, service, operation }: Consultation,
  { parties, services, operations }: ConsultationOwner,
): boolean {
  return has(parties, party) && has(services, service) && has(operations, operation);
}

/** OINs of ours in whose name it is called, or provided. */
function partiesOf(service: WusService): readonly string[] {
  return service.role === 'consumer' ? [service.oin] : [...service.ours];
}

function has(list: readonly string[] | undefined, value: string | undefined): boolean {
  return list === undefined || (value !== undefined && list.includes(value));
}
