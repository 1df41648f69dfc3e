import { isIPv4 } from 'node:net';

/** Whether a host name or address (IPv6 also in brackets) stays on this machine: only there plain HTTP needs no permission. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}
