import { parsePartyKey } from '../../cpa/party-lookup.ts';
import { typedKey } from '../../cpa/typed-value.ts';
import { GatewayError } from '../../errors.ts';
import type { CpaUseCases, GatewayUser } from '../gateway.ts';
import type { PartnerUseCases } from '../partner-use-cases.ts';
import { ownCpas } from './own-cpas.ts';

/** Questions to partners in the name of the application's own parties. */
export function ownPartners(
  partners: PartnerUseCases,
  cpas: Pick<CpaUseCases, 'get' | 'list'>,
  { name, owner }: GatewayUser,
): PartnerUseCases {
  const parties = owner?.parties;
  if (parties === undefined) return partners;
  return {
    async ping(request) {
      const { cpa } = ownCpas(cpas, owner).get(request.cpaId);
      const from = typedKey(parsePartyKey(request.from, cpa));
      if (parties.includes(from)) return partners.ping(request);
      throw new GatewayError('NOT_ALLOWED', {
        location: 'from',
        detail: `application ${name} may not ask in the name of ${from}`,
      });
    },
  };
}
