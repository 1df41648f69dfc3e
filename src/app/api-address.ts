import { GatewayError } from '../errors.ts';
import { readConfig } from './config/config.ts';

const EVERYWHERE = new Set(['0.0.0.0', '::']);

/** Where the API of the gateway of this configuration is reached on this machine. Throws CONFIG_INVALID. */
export function apiAddress(file: string): string {
  const { host, port, tls } = readConfig(file).api;
  if (port === 0) {
    const detail = 'api.port is 0, so the port is free each time: name the API with --api URL';
    throw new GatewayError('CONFIG_INVALID', { location: 'api.port', detail });
  }
  const name = EVERYWHERE.has(host) ? '127.0.0.1' : host;
  return `${tls === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Files of what the API of this configuration is believed by: its own certificate, and the CAs that the gateway trusts. */
export function apiAuthorities(file: string): readonly string[] {
  const { api, keys } = readConfig(file);
  if (api.tls === undefined) return [];
  const { source } = api.tls.identity;
  return 'certificate' in source ? [source.certificate, ...keys.trust] : keys.trust;
}
