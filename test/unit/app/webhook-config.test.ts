import assert from 'node:assert/strict';
import { Unusable } from '../../../src/app/config/read-value.ts';
import { readWebhooks } from '../../../src/app/config/webhook-settings.ts';

const ENTRY = { name: 'zaak', url: 'https://zaak.example/hook', secret: '0123456789abcdef0123456789abcdef' };

const read = (change: object): string => {
  const found = readWebhooks([{ ...ENTRY, ...change }], '/');
  return found instanceof Unusable ? found.reason : 'read';
};

describe('webhooks in the configuration', () => {
  const refused: readonly (readonly [string, object, RegExp])[] = [
    ['a short secret', { secret: 'short' }, /secret: must be 32 characters/],
    [
      'a secret that would be read as no key at all',
      { secret: `whsec_${'!'.repeat(40)}` },
      /secret: must be base64 of 24/,
    ],
    ['a base64 secret with a hole', { secret: `whsec_${'QUJD'.repeat(10)}=` }, /secret: must be base64 of 24/],
    ['a base64 secret of 21 octets', { secret: `whsec_${'QUJD'.repeat(7)}` }, /secret: must be base64 of 24/],
    ['a network of 99 bits', { networks: ['10.0.0.0/99'] }, /networks: .*10\.0\.0\.0\/99 is no host name/],
    ['a prefix that is none', { networks: ['fd00::/abc'] }, /networks: /],
    ['a host with a prefix', { networks: ['zaak.intern/24'] }, /networks: /],
    ['a host with a port', { networks: ['zaak.intern:8443'] }, /networks: /],
    ['a URL as network', { networks: ['https://zaak.intern'] }, /networks: /],
  ];
  for (const [what, change, reason] of refused) {
    it(`A76 ${what} is refused`, () => {
      assert.match(read(change), reason);
    });
  }

  it('hosts, addresses, networks and a base64 key are read', () => {
    const networks = ['zaak.intern', 'Zaak_1', '10.0.0.1', '10.0.0.0/8', 'fd00::/8', '::1'];
    assert.equal(read({ networks, secret: `whsec_${Buffer.alloc(24, 7).toString('base64')}` }), 'read');
    assert.equal(read({ secret: `whsec_${Buffer.alloc(25, 7).toString('base64')}` }), 'read');
  });
});
