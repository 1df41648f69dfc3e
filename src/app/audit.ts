import { existsSync } from 'node:fs';
import { systemClock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import { audit } from '../msh/audit/audit.ts';
import type { AuditOptions, AuditReport } from '../msh/gateway.ts';
import { openPayloadFiles } from '../store/files/payload-files.ts';
import { openStoreReader } from '../store/open-store.ts';
import { readConfig } from './config/config.ts';
import { pathOf } from './folders.ts';

export { AUDIT_FINDINGS } from '../msh/audit/findings.ts';

/**
 * The conservation check of the store of a configuration, whether its gateway runs or not; makes nothing. Throws
 * CONFIG_INVALID, STORE_MISSING, STORE_UNAVAILABLE.
 */
export async function auditStore(file: string, options: AuditOptions): Promise<AuditReport> {
  const config = readConfig(file);
  for (const url of [config.store.url, config.payloads.url]) requireThere(pathOf(url));
  const source = openStoreReader({ url: config.store.url });
  try {
    const payloads = await openPayloadFiles({ directory: pathOf(config.payloads.url) });
    return await audit({ source, payloads, clock: systemClock, destinations: config.destinations }, options);
  } finally {
    await source.close();
  }
}

function requireThere(path: string): void {
  if (existsSync(path)) return;
  throw new GatewayError('STORE_MISSING', { location: path, detail: `${path} is not there` });
}
