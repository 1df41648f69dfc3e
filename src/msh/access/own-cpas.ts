import { typedKey } from '../../cpa/typed-value.ts';
import { GatewayError } from '../../errors.ts';
import type { MessageOwner } from '../../ports/store.ts';
import type { CpaUseCases, KnownCpa } from '../gateway.ts';

/** The contracts of the parties of `owner`: another is not there, whether it exists or not. */
export function ownCpas<C extends Pick<CpaUseCases, 'get' | 'list'>>(cpas: C, owner: MessageOwner | undefined): C {
  const parties = owner?.parties;
  if (parties === undefined) return cpas;
  const isOwn = ({ cpa }: KnownCpa): boolean =>
    cpa.parties.some(({ partyIds }) => partyIds.some((id) => parties.includes(typedKey(id))));
  const list = (): readonly KnownCpa[] => cpas.list().filter(isOwn);
  return {
    ...cpas,
    list,
    get(cpaId: string) {
      const found = list().find(({ cpa }) => cpa.cpaId === cpaId);
      if (found === undefined) throw new GatewayError('CPA_UNKNOWN', { detail: `CPA ${cpaId}` });
      return found;
    },
  };
}
