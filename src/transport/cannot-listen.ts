import { GatewayError } from '../errors.ts';

/** Why an address cannot be listened on: PORT_TAKEN, or CONFIG_INVALID. `section` is that of the configuration. */
export function cannotListen(
  section: 'ebms' | 'api',
  { host, port }: { readonly host: string; readonly port: number },
  cause: unknown,
): GatewayError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const location = `${section}.${code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' ? 'host' : 'port'}`;
  const where = `${location}: ${host}:${port}`;
  if (code === 'EADDRINUSE')
    return new GatewayError('PORT_TAKEN', { location, detail: `${where}: another program listens there`, cause });
  return new GatewayError('CONFIG_INVALID', { location, detail: `${where}: ${reasonOf(code, cause)}`, cause });
}

function reasonOf(code: string, cause: unknown): string {
  if (code === 'EACCES') return 'this user may not listen there: ports below 1024 are for privileged users';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address';
  return cause instanceof Error ? cause.message : String(cause);
}
