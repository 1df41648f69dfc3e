import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../../../src/index.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Without configured applications there is no authentication, and a client certificate is shown by itself, so that a page in
 * a browser must not be able to use the API: neither across origins (a form can post multipart/form-data anywhere) nor by
 * a host name that it points to us.
 */
export function guardBrowser(headers: IncomingHttpHeaders, names: readonly string[] | undefined): void {
  const host = headers.host?.toLowerCase();
  if (names !== undefined && !isOurs(host, [...LOOPBACK_NAMES, ...names])) {
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

function isOurs(host: string | undefined, names: readonly string[]): boolean {
  const name = host?.replace(/:\d+$/, '');
  return name !== undefined && names.some((one) => one.toLowerCase() === name);
}
