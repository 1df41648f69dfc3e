import { systemClock } from '../clock.ts';
import { audit } from '../msh/audit/audit.ts';
import type { AuditOptions, AuditReport } from '../msh/gateway.ts';
import { openPayloadFiles } from '../store/files/payload-files.ts';
import { openStoreReader } from '../store/open-store.ts';
import { readConfig } from './config/config.ts';
import { pathOf } from './folders.ts';

export { AUDIT_FINDINGS } from '../msh/audit/findings.ts';

/**
 * The conservation check of the store of a configuration, whether its gateway runs or not. Throws CONFIG_INVALID,
 * STORE_UNAVAILABLE.
 */
export async function auditStore(file: string, options: AuditOptions): Promise<AuditReport> {
  const config = readConfig(file);
  const source = openStoreReader({ url: config.store.url });
  try {
    const payloads = await openPayloadFiles({ directory: pathOf(config.payloads.url) });
    return await audit({ source, payloads, clock: systemClock, destinations: config.destinations }, options);
  } finally {
    await source.close();
  }
}
