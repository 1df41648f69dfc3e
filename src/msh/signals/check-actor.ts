import type { Acknowledgment } from '../../ebms/message.ts';
import { GatewayError } from '../../errors.ts';
import { ACTOR_TO_PARTY_MSH } from '../../soap/header-blocks.ts';

/** An Acknowledgment of another MSH on the way says nothing of the To Party. @spec ebMS2 §6.3.2.2 */
export function checkActor({ actor }: Acknowledgment): void {
  if (actor === undefined || actor === ACTOR_TO_PARTY_MSH) return;
  throw new GatewayError('HEADER_VALUE', { location: '//Header/Acknowledgment/@actor' });
}
