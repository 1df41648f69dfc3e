import { GatewayError } from '../errors.ts';
import { readConfig } from './config/config.ts';

const EVERYWHERE = new Set(['0.0.0.0', '::']);

/** Where the API of the gateway of this configuration is reached on this machine. Throws CONFIG_INVALID. */
export function apiAddress(file: string): string {
  const { host, port } = readConfig(file).api;
  if (port === 0) {
    const detail = 'api.port is 0, so the port is free each time: name the API with --api URL';
    throw new GatewayError('CONFIG_INVALID', { location: 'api.port', detail });
  }
  const name = EVERYWHERE.has(host) ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
