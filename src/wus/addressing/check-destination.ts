import { GatewayError } from '../../errors.ts';
import { WSA_ANONYMOUS } from '../namespaces.ts';
import type { ProvidedService } from '../service.ts';
import { oinInAddress } from './oin-in-address.ts';

/** Scheme and path, of an address that has neither userinfo nor fragment. */
const HTTP_ADDRESS = /^(https?):\/\/[^\s/?#@\\]+(\/[^\s?#\\]*)$/i;
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/**
 * Whether a request is for this service of ours: wsa:To is anonymous, one of the service's addresses, or where there are none a URL whose
 * path ends in its name; an OIN in it is ours. Throws WUS_HEADER_VALUE. @spec Digikoppeling WA001
 */
export function checkDestination(
  to: string,
  { name, addresses, ours, plainAddresses }: Pick<ProvidedService, 'name' | 'addresses' | 'ours' | 'plainAddresses'>,
): void {
  const oin = oinInAddress(to);
  if (oin !== undefined && !ours.has(oin)) throw elsewhere(to);
  if (to === WSA_ANONYMOUS || addresses.includes(to)) return;
  const [address = '', query = ''] = to.split(/\?(.*)/s);
  const isOurs = addresses.length > 0 ? addresses.includes(address) : isNamed(address, { name, plainAddresses });
  if (!isOurs || query.includes('#') || /\s/.test(query)) throw elsewhere(to);
}

function isNamed(address: string, { name, plainAddresses }: Pick<ProvidedService, 'name' | 'plainAddresses'>): boolean {
  const [, scheme, path] = HTTP_ADDRESS.exec(address) ?? [];
  if (scheme === undefined || path === undefined || !URL.canParse(address)) return false;
  if (scheme.toLowerCase() !== 'https' && !plainAddresses) return false;
  const segments = path.split('/');
  return segments.at(-1) === name && !segments.some((segment) => DOT_SEGMENT.test(segment));
}

function elsewhere(to: string): GatewayError {
  return new GatewayError('WUS_HEADER_VALUE', {
    location: '/Envelope/Header/To',
    detail: `wsa:To is ${to}, which is no address of this service`,
  });
}
