import { oinOf } from '../../cpa/oin.ts';
import { GatewayError } from '../../errors.ts';

const PARAMETER = /[?&]oin=([^&#]*)/gi;

/**
 * The OIN in the query of an address, whatever the case of the parameter's name: the norm writes `OIN`, others `oin`. Without a
 * suffix for test environments; as it stands when it is none. Throws WUS_HEADER_VALUE when it stands there twice.
 * @spec Digikoppeling WA001
 */
export function oinInAddress(address: string | undefined): string | undefined {
  const [first, second] = [...(address ?? '').matchAll(PARAMETER)];
  if (second !== undefined) throw new GatewayError('WUS_HEADER_VALUE', { detail: `two OINs in ${address}` });
  const value = first?.[1];
  return value === undefined ? undefined : (oinOf(value) ?? value);
}

/** The address with an OIN in its query, unless it has one. */
export function withOin(address: string, oin: string): string {
  if (oinInAddress(address) !== undefined) return address;
  return `${address}${address.includes('?') ? '&' : '?'}OIN=${oin}`;
}
