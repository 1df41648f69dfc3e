import assert from 'node:assert/strict';
import { checkHealth, type HealthParts } from '../../../src/msh/health.ts';
import type { OwnCertificate } from '../../../src/msh/parts.ts';
import { createSigner } from '../../../src/trust/key-ring.ts';
import { gemeente } from '../../setup/msh-contracts.ts';
import { openPartyGateway } from '../../setup/msh-pair.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';
import { createTrust } from '../../../src/trust/trust-store.ts';
import { ManualClock } from '../../setup/manual-clock.ts';
import { derOf, hierarchy, listOf, openRevocation } from '../../setup/revocation-lists.ts';

const DAY = 86_400_000;

describe('health', () => {
  const clock = new ManualClock();
  let test: TestGateway;
  before(async () => {
    test = await openPartyGateway(gemeente, { cpas: [], clock });
  });
  after(() => test.close());

  const certificate = (name: string, from: number, to: number): OwnCertificate => ({
    name,
    der: gemeente.keys.certificate,
    notBefore: clock.now() + from * DAY,
    notAfter: clock.now() + to * DAY,
  });
  const partsOf = (certificates: readonly OwnCertificate[]): HealthParts => {
    const { store, gateway } = test;
    return {
      store,
      watch: { failure: undefined },
      signer: createSigner([]),
      trust: { revocation: undefined, checkPeer: () => undefined },
      cpas: gateway.cpas,
      ours: new Set<string>(),
      clock,
      certificates,
    };
  };
  const health = async (...certificates: readonly OwnCertificate[]) => {
    const { ok, checks } = await checkHealth(partsOf(certificates));
    return { ok, detail: checks.find(({ name }) => name === 'certificates')?.detail };
  };

  const cases: readonly (readonly [string, readonly OwnCertificate[], boolean, string])[] = [
    ['all valid', [certificate('keys.sign', -1, 300)], true, '1 valid'],
    [
      'one that ends soon is told and stops nothing',
      [certificate('ebms.tls', -1, 29.5)],
      true,
      'ebms.tls ends in 29 days',
    ],
    [
      'one that has ended stops the work',
      [certificate('keys.sign', -1, 300), certificate('keys.tlsClient', -9, -1)],
      false,
      'keys.tlsClient has ended',
    ],
    ['one that is not valid yet stops it too', [certificate('keys.sign', 1, 300)], false, 'keys.sign is not valid yet'],
    ['none at all is no fault', [], true, '0 valid'],
  ];
  for (const [title, certificates, ok, detail] of cases) {
    it(`own certificates: ${title}`, async () => {
      assert.deepEqual(await health(...certificates), { ok, detail });
    });
  }

  it('own certificates: one that is revoked stops the work, as soon as the list of its CA says so', async () => {
    const { leaf, other, root, ca } = await hierarchy();
    const lists = { 'root.crl': await listOf({ ca: root }), 'ca.crl': await listOf({ ca }) };
    const revocation = await openRevocation(lists);
    try {
      const roots = [root, ca].map((one) => Buffer.from(one.certificate));
      const trust = createTrust({ roots, revocation: revocation.revocation });
      const own = [leaf, other].map((one, index) => ({
        ...certificate(['keys.sign', 'ebms.tls'][index] ?? '', -1, 300),
        der: derOf(one.certificate),
      }));
      const look = async (): Promise<unknown> => {
        const { ok, checks } = await checkHealth({ ...partsOf(own), trust });
        return [ok, checks.find(({ name }) => name === 'certificates')?.detail];
      };
      assert.deepEqual(await look(), [true, '2 valid']);
      await revocation.put('ca.crl', await listOf({ ca, revoke: [leaf.certificate] }));
      assert.deepEqual(await look(), [false, 'keys.sign is revoked']);
    } finally {
      revocation.close();
    }
  });
});
