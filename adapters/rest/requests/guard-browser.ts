import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { GatewayError } from '../../../src/index.ts';

/**
 * Without configured applications there is no authentication, and a client certificate is shown by itself, so that a page in
 * a browser must not be able to use the API: neither across origins (a form can post multipart/form-data anywhere) nor by
 * a host name that it points to us.
 */
export function guardBrowser(headers: IncomingHttpHeaders, names: readonly string[] | undefined): void {
  const host = headers.host?.toLowerCase();
  if (names !== undefined && !isOurs(host, ['localhost', ...names])) {
    throw new GatewayError('ORIGIN_REFUSED', { location: 'Host', detail: 'the header Host names another host' });
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new GatewayError('ORIGIN_REFUSED', { location: 'Sec-Fetch-Site' });
  }
  const { origin } = headers;
  if (origin !== undefined && origin.replace(/^https?:\/\//, '').toLowerCase() !== host) {
    throw new GatewayError('ORIGIN_REFUSED', { location: 'Origin' });
  }
}

/** Only a name can be pointed to another machine: who wrote an address meant the one that has it. */
function isOurs(host: string | undefined, names: readonly string[]): boolean {
  const name = host?.replace(/:\d+$/, '');
  if (name === undefined) return false;
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || names.some((one) => one.toLowerCase() === name);
}
