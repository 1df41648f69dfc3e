import { GatewayError } from '../../errors.ts';
import type { Consultation, ConsultationContent, ConsultationQuery } from '../../ports/consultations.ts';
import type { MessageOwner, Page } from '../../ports/store.ts';
import type { ConsultationCount } from '../consultations/counts.ts';
import type { WusService } from '../service.ts';
import type { Wus } from '../wus.ts';
import { createCallPartner } from './call-partner.ts';
import type { CallPartner, CallPartnerParts } from './call-partner.ts';
import { consultationOwner, isOwnConsultation, ownServices } from './own-services.ts';

/** What adapters and the command line can ask of WUS. */
export interface WusUseCases extends OwnWus {
  /** The same for one application: what is not its own is not there. */
  usedBy(user: WusUser): OwnWus;
  /** Consultations that ended since start, for /metrics. */
  counts(): readonly ConsultationCount[];
}

export interface OwnWus {
  readonly services: readonly WusService[];
  readonly callPartner: CallPartner;
  readonly consultations: {
    list(query: Omit<ConsultationQuery, 'owner'>): Promise<Page<Consultation>>;
    /** Throws NOT_FOUND. */
    find(id: string): Promise<Consultation & ConsultationContent>;
  };
}

export interface WusUser {
  /** undefined: everything is its own. */
  readonly owner: MessageOwner | undefined;
}

export interface UseCaseParts extends Omit<CallPartnerParts, 'wus'> {
  readonly wus: Pick<Wus, 'services' | 'call' | 'consultations'>;
  readonly counts: WusUseCases['counts'];
}

export function createWusUseCases({ wus, counts, ...parts }: UseCaseParts): WusUseCases {
  const all = useCases(wus, parts);
  return {
    ...all,
    counts,
    usedBy: ({ owner }) => (owner === undefined ? all : useCases(ownWus(wus, owner), parts)),
  };
}

function useCases(wus: UseCaseParts['wus'], parts: Omit<CallPartnerParts, 'wus'>): OwnWus {
  const { services, consultations } = wus;
  return { services, consultations, callPartner: createCallPartner({ ...parts, wus }) };
}

function ownWus({ services, call, consultations }: UseCaseParts['wus'], owner: MessageOwner): UseCaseParts['wus'] {
  const own = consultationOwner(owner);
  return {
    services: ownServices(services, own),
    call,
    consultations: {
      list: (query) => consultations.list({ ...query, owner: own }),
      async find(id) {
        const found = await consultations.find(id);
        if (isOwnConsultation(found, own)) return found;
        throw new GatewayError('NOT_FOUND', { detail: id });
      },
    },
  };
}
