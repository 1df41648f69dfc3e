import { isLoopback } from '../../transport/loopback.ts';
import { isSafeUrl } from '../access/tokens.ts';
import type { Settings } from './key-table.ts';
import type { Rule } from './rule.ts';

const hasKey = (settings: Settings): boolean =>
  settings['api.tls.key'] !== undefined || settings['api.tls.pkcs12'] !== undefined;

/** What only shows when the settings of the API are seen together. */
export const API_RULES: readonly Rule[] = [
  (settings) => {
    if (settings['api.allowRemote'] || isLoopback(settings['api.host'])) return undefined;
    const open = settings['api.applications'].length === 0;
    if (!open && hasKey(settings)) return undefined;
    const missing = open ? 'who may use it in api.applications' : 'its key and certificate in api.tls';
    return { key: 'api.host', reason: `name ${missing}, listen on 127.0.0.1, or set api.allowRemote: true` };
  },
  (settings) =>
    settings['api.applications'].some(({ certificate }) => certificate !== undefined) &&
    settings['api.tls.clientCa'] === undefined
      ? { key: 'api.tls.clientCa', reason: 'is required: an application is known by its certificate' }
      : undefined,
  (settings) =>
    settings['api.tls.clientCa'] !== undefined && !hasKey(settings)
      ? { key: 'api.tls.key', reason: 'is required beside clientCa' }
      : undefined,
  (settings) =>
    settings['api.applications'].some(({ oidc }) => oidc !== undefined) && settings['api.oidc.issuer'] === undefined
      ? { key: 'api.oidc.issuer', reason: 'is required: an application is known by its token' }
      : undefined,
  (settings) =>
    settings['api.oidc.issuer'] !== undefined && settings['api.oidc.audience'] === undefined
      ? { key: 'api.oidc.audience', reason: 'is required: a token for another service must not open this one' }
      : undefined,
  ({ 'api.oidc.issuer': issuer }) =>
    issuer === undefined || isSafeUrl(issuer)
      ? undefined
      : { key: 'api.oidc.issuer', reason: 'must be https, or http on loopback' },
  (settings) => {
    const ours = new Set(settings.parties);
    for (const { name, parties = [] } of settings['api.applications']) {
      const other = parties.find((party) => !ours.has(party));
      if (other !== undefined) return { key: 'api.applications', reason: `${name}: ${other} is not in parties` };
    }
    return undefined;
  },
];
