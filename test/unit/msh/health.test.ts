import assert from 'node:assert/strict';
import { checkHealth } from '../../../src/msh/health.ts';
import type { OwnCertificate } from '../../../src/msh/parts.ts';
import { createSigner } from '../../../src/trust/key-ring.ts';
import { gemeente } from '../../setup/msh-contracts.ts';
import { openPartyGateway } from '../../setup/msh-pair.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';
import { ManualClock } from '../../setup/manual-clock.ts';

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
    notBefore: clock.now() + from * DAY,
    notAfter: clock.now() + to * DAY,
  });
  const health = async (...certificates: readonly OwnCertificate[]) => {
    const { store, gateway } = test;
    const parts = {
      store,
      watch: { failure: undefined },
      signer: createSigner([]),
      trust: { revocation: undefined },
      cpas: gateway.cpas,
      ours: new Set<string>(),
      clock,
      certificates,
    };
    const { ok, checks } = await checkHealth(parts);
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
});
