import { isLoopback } from '../../transport/loopback.ts';
import { AMQP_RULES } from './amqp-settings.ts';
import { ROUTE_RULES } from './check-route-settings.ts';
import { API_RULES } from './check-api-settings.ts';
import { FOLDER_RULES } from './check-folder-settings.ts';
import { WUS_RULES } from './check-wus-settings.ts';
import type { KeyFilesPrefix, Settings } from './key-table.ts';
import type { Problem } from './problems.ts';
import type { SettingsRead } from './read-settings.ts';
import type { Rule } from './rule.ts';

/** What only shows when keys are seen together. */
export function checkSettings(settings: Settings, read: Pick<SettingsRead, 'file' | 'placeOf'>): readonly Problem[] {
  return RULES.flatMap((rule) => {
    const found = rule(settings);
    return found === undefined ? [] : [{ ...found, place: read.placeOf(found.key) ?? read.file }];
  });
}

const keyPair =
  (prefix: KeyFilesPrefix): Rule =>
  (settings) => {
    const hasKey = settings[`${prefix}.key`] !== undefined;
    const hasCertificate = settings[`${prefix}.certificate`] !== undefined;
    if (hasKey && !hasCertificate) return { key: `${prefix}.certificate`, reason: 'is required beside the key' };
    if (hasCertificate && !hasKey) return { key: `${prefix}.key`, reason: 'is required beside the certificate' };
    if (settings[`${prefix}.pkcs12`] !== undefined && hasKey) {
      return { key: `${prefix}.pkcs12`, reason: 'give this or key and certificate, not both' };
    }
    const both = settings[`${prefix}.passphrase`] !== undefined && settings[`${prefix}.passphraseFile`] !== undefined;
    return both ? { key: `${prefix}.passphraseFile`, reason: 'give this or the passphrase, not both' } : undefined;
  };

const hasEndpointKey = (settings: Settings): boolean =>
  settings['ebms.tls.key'] !== undefined || settings['ebms.tls.pkcs12'] !== undefined;

const atLeastOne =
  (key: 'connections' | 'connectionsPerAddress' | 'headersSeconds' | 'requestSeconds' | 'patienceSeconds'): Rule =>
  (settings) =>
    settings[`ebms.limits.${key}`] > 0 ? undefined : { key: `ebms.limits.${key}`, reason: 'must be 1 at least' };

const RULES: readonly Rule[] = [
  atLeastOne('connections'),
  atLeastOne('connectionsPerAddress'),
  atLeastOne('headersSeconds'),
  atLeastOne('requestSeconds'),
  atLeastOne('patienceSeconds'),
  (settings) => (settings.parties.length === 0 ? { key: 'parties', reason: 'name one party at least' } : undefined),
  (settings) =>
    settings['store.url']?.startsWith('sqlite:') === false
      ? { key: 'store.url', reason: 'this version of Postiljon has sqlite: only' }
      : undefined,
  (settings) =>
    settings['payloads.url']?.startsWith('file:') === false
      ? { key: 'payloads.url', reason: 'this version of Postiljon has file: only' }
      : undefined,
  (settings) =>
    /^\/[A-Za-z0-9._~/-]*$/.test(settings['ebms.path'])
      ? undefined
      : { key: 'ebms.path', reason: 'must be a path that begins with / and has no characters to be escaped' },
  (settings) =>
    settings['ebms.tls'] === undefined && !hasEndpointKey(settings)
      ? { key: 'ebms.tls', reason: 'give key and certificate of the endpoint, or off for plain HTTP on loopback' }
      : undefined,
  (settings) =>
    settings['ebms.tls'] === 'off' && !settings['ebms.allowPlain'] && !isLoopback(settings['ebms.host'])
      ? { key: 'ebms.tls', reason: 'off is for loopback only: listen on 127.0.0.1, or set ebms.allowPlain: true' }
      : undefined,
  (settings) =>
    settings['ebms.tls'] === undefined &&
    settings['ebms.tls.clientCa'] === undefined &&
    settings['keys.trust'].length === 0
      ? { key: 'ebms.tls.clientCa', reason: 'name the CAs of client certificates here or in keys.trust' }
      : undefined,
  ...API_RULES,
  (settings) =>
    settings['api.port'] !== 0 && settings['api.port'] === settings['ebms.port']
      ? { key: 'api.port', reason: 'is also ebms.port: take another one' }
      : undefined,
  (settings) =>
    settings['revocation.mode'] === 'require' &&
    settings['keys.trust'].length > 0 &&
    settings['revocation.crls'].length === 0 &&
    !settings['revocation.download']
      ? {
          key: 'revocation.crls',
          reason:
            'nobody could be believed without revocation lists: name their files, set revocation.download: true, or revocation.mode: ifPresent',
        }
      : undefined,
  keyPair('ebms.tls'),
  keyPair('api.tls'),
  keyPair('keys.sign'),
  keyPair('keys.tlsClient'),
  keyPair('keys.decrypt'),
  ...AMQP_RULES,
  ...ROUTE_RULES,
  ...FOLDER_RULES,
  ...WUS_RULES,
];
