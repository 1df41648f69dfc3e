import assert from 'node:assert/strict';
import type { Cpa } from '../../../src/cpa/model.ts';
import { parseCpa } from '../../../src/cpa/parse-cpa.ts';
import { resolveSend, resolveSignal } from '../../../src/cpa/resolve.ts';
import { validateCpa } from '../../../src/cpa/validate-cpa.ts';
import type { FindingCode } from '../../../src/cpa/validate-cpa.ts';
import { fixture, fixturesPresent } from '../../setup/fixtures.ts';
import { skipUnless } from '../../setup/skip.ts';

/** When the captures were made. */
const NOW = Date.parse('2026-11-22T12:00:00Z');

/** Notes that every signed contract of the peer gives: one self-signed 2048-bit certificate without OIN, until 2030. */
const SIGNED = ['BUSINESS_SIGNALS', 'CERTIFICATE_ENDS_FIRST', 'CERTIFICATE_KEY_PHASE_OUT', 'CERTIFICATE_OIN'] as const;
const PLAIN = ['ENDPOINT_PLAIN', 'ENDPOINT_LOCAL'] as const;
const TLS = ['ENDPOINT_LOCAL', 'TLS_OUTDATED'] as const;

/** What all of them have. */
const ALL = ['CPA_ID_CHARACTERS', 'SCHEMA_VERSION', 'SERVICES_SEVERAL'] as const;

/** Every finding besides. None is an error. */
const EXPECTED: Readonly<Record<string, readonly FindingCode[]>> = {
  'cpas/cpaStubEBF.be.http.unsigned.xml': [...PLAIN, 'PROFILE'],
  'cpas/cpaStubEBF.be.http.unsigned.sync.xml': [...PLAIN, 'SYNC_RESPONSE', 'PROFILE_NONE'],
  'cpas/cpaStubEBF.be.http.signed.xml': [...PLAIN, ...SIGNED, 'ALGORITHM_SHA1', 'PROFILE'],
  'cpas/cpaStubEBF.be.https.signed.xml': [...TLS, ...SIGNED, 'ALGORITHM_SHA1', 'PROFILE'],
  'cpas/cpaStubEBF.rm.http.unsigned.xml': [...PLAIN, 'PROFILE'],
  'cpas/cpaStubEBF.rm.http.unsigned.sync.xml': [...PLAIN, 'SYNC_RESPONSE', 'PROFILE_NONE'],
  'cpas/cpaStubEBF.rm.http.signed.xml': [...PLAIN, ...SIGNED, 'ALGORITHM_SHA1', 'PROFILE_NONE'],
  'cpas/cpaStubEBF.rm.http.signed-sha256.xml': [...PLAIN, ...SIGNED, 'PROFILE_NONE'],
  'cpas/cpaStubEBF.rm.https.signed.xml': [...TLS, ...SIGNED, 'ALGORITHM_SHA1', 'PROFILE_NONE'],
  'cpas/cpaStubEBF.rm.https.signed-sha256.xml': [...TLS, ...SIGNED, 'PROFILE_NONE'],
  'cpas/cpaStubEBF.rm.https.signed.ackSigned.xml': [
    ...TLS,
    ...SIGNED,
    'ALGORITHM_SHA1',
    'PERSIST_TOO_SHORT',
    'PROFILE',
  ],
  'cpas/cpaStubEBF.rm.https.signed.encrypted.xml': [
    ...TLS,
    ...SIGNED,
    'ALGORITHM_SHA1',
    'ENCRYPTION_ALGORITHM_LEGACY',
    'PROFILE_NONE',
  ],
  'captures/cpas/be-signed-sync.xml': [
    ...PLAIN,
    'TLS_OUTDATED',
    ...SIGNED,
    'ALGORITHM_SHA1',
    'SYNC_RESPONSE',
    'PROFILE_NONE',
  ],
  'captures/cpas/rm-signed-sync.xml': [
    ...PLAIN,
    'TLS_OUTDATED',
    ...SIGNED,
    'ALGORITHM_SHA1',
    'PERSIST_TOO_SHORT',
    'SYNC_RESPONSE',
    'PROFILE_NONE',
  ],
  'captures/cpas/rm-signed-encrypted.xml': [
    ...PLAIN,
    'TLS_OUTDATED',
    ...SIGNED,
    'ALGORITHM_SHA1',
    'ENCRYPTION_ALGORITHM_LEGACY',
    'PROFILE_NONE',
  ],
  'captures/cpas/osb-rm-s.xml': [...PLAIN, 'TLS_OUTDATED', ...SIGNED, 'PERSIST_TOO_SHORT', 'PROFILE'],
  'captures/cpas/osb-rm-s-sync.xml': [...PLAIN, 'TLS_OUTDATED', ...SIGNED, 'PERSIST_TOO_SHORT', 'PROFILE'],
  'captures-hermes/cpas/hermes.osb-rm-s.sha256.sync.xml': [
    ...PLAIN,
    'TLS_OUTDATED',
    ...SIGNED,
    'PERSIST_TOO_SHORT',
    'PROFILE',
  ],
};

describe('contracts of other gateways', () => {
  for (const [file, codes] of Object.entries(EXPECTED)) {
    it(`${file} parses, validates and resolves every action both ways`, function () {
      skipUnless(this, fixturesPresent(), 'the folder with real contracts is not here');
      const bytes = fixture(file);
      const cpa = parseCpa(bytes);
      assert.equal(cpa.bytes, bytes);
      const found = validateCpa(cpa, NOW);
      assert.deepEqual(
        found.filter(({ severity }) => severity === 'error'),
        [],
      );
      assert.deepEqual([...new Set(found.map(({ code }) => code))].sort(), [...codes, ...ALL].sort());
      assert.equal(resolveAll(cpa), 4);
    });
  }
});

/** How many actions resolve; each party's signals as well. */
function resolveAll(cpa: Cpa): number {
  let count = 0;
  for (const from of cpa.parties) {
    const to = cpa.parties.find((party) => party !== from);
    assert.ok(to);
    assert.match(resolveSignal(cpa, from.partyIds, to.partyIds, 'Acknowledgment').endpoint ?? '', /^https?:/);
    for (const { role, service, canSend } of from.roles) {
      for (const { action } of canSend) {
        const agreement = resolveSend(cpa, { from: from.partyIds, to: to.partyIds, fromRole: role, service, action });
        assert.equal(agreement.to.info, to);
        assert.match(agreement.endpoint ?? '', /^https?:/);
        count += 1;
      }
    }
  }
  return count;
}
