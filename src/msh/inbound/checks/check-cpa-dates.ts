import { GatewayError } from '../../../errors.ts';
import type { KnownCpa } from '../../gateway.ts';

/** The CPA is active, agreed and includes the moment of receipt, whatever time the sender claims. @spec CPPA 2.0 §9.3, §9.4 */
export function checkCpaDates(message: { readonly known: KnownCpa; readonly receivedAt: number }): void {
  const { cpa, active } = message.known;
  const inForce = message.receivedAt >= cpa.start && message.receivedAt < cpa.end;
  if (active && cpa.status !== 'proposed' && inForce) return;
  const detail = `CPA ${cpa.cpaId} is ${active ? cpa.status : 'not active'}, ${inForce ? 'in force' : 'out of its dates'}`;
  throw new GatewayError('CPA_INACTIVE', { location: '//Header/MessageHeader/CPAId', detail });
}
