import { GatewayError } from '../../../errors.ts';
import type { TypedValue } from '../../../cpa/typed-value.ts';
import type { EbmsMessage } from '../../../ebms/message.ts';

const URI = /^[A-Za-z][A-Za-z0-9+.-]*:./;

/** A PartyId or Service without type must be a URI. @spec ebMS2 §3.1.1.1, §3.1.4.1 */
export function checkPartyIds({ message }: { readonly message: EbmsMessage }): void {
  const { from, to, service } = message.header;
  requireUri(from.partyIds, '//Header/MessageHeader/From/PartyId');
  requireUri(to.partyIds, '//Header/MessageHeader/To/PartyId');
  requireUri([service], '//Header/MessageHeader/Service');
}

function requireUri(values: readonly TypedValue[], location: string): void {
  for (const { type, value } of values) {
    if (type === undefined && !URI.test(value)) throw new GatewayError('HEADER_VALUE', { location });
  }
}
