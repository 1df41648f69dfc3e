import { GatewayError } from '../../../src/index.ts';

const SECRET_PARAMETER = /[?&](?:access_token|api[_-]?key|apikey|token|key|authorization)=|pk_/i;

/** Whatever stands in a URL is in logs of proxies by now. Throws REQUEST_INVALID. */
export function refuseKeyInUrl(url: string): void {
  const at = url.indexOf('?');
  if (at === -1 || !SECRET_PARAMETER.test(url.slice(at))) return;
  throw new GatewayError('REQUEST_INVALID', {
    location: 'Authorization',
    detail: 'a key in the URL is not read: send it in the header, and replace it, since logs may hold it by now',
  });
}

/** A URL as logs may hold it. */
export function loggedUrl(url: string): string {
  const at = url.indexOf('?');
  return at !== -1 && SECRET_PARAMETER.test(url.slice(at)) ? `${url.slice(0, at)}?…` : url;
}
