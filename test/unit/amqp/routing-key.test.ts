import assert from 'node:assert/strict';
import { eventKey, receivedKey } from '../../../adapters/amqp/routing-key.ts';

describe('the routing key of a received message', () => {
  const rows: readonly [service: string, action: string, key: string][] = [
    ['aanleveren', 'verstuur_Bericht-2', 'received.aanleveren.verstuur_Bericht-2'],
    [
      'urn:osb:services:osb:afleveren:1.1$1.0',
      'a',
      'received.urn%3Aosb%3Aservices%3Aosb%3Aafleveren%3A1%2E1%241%2E0.a',
    ],
    ['a.b', 'c.d', 'received.a%2Eb.c%2Ed'],
    ['50%', '#.*', 'received.50%25.%23%2E%2A'],
    ['één', '€', 'received.%C3%A9%C3%A9n.%E2%82%AC'],
    ['', ' ', 'received..%20'],
  ];
  for (const [service, action, key] of rows) {
    it(`of ${JSON.stringify([service, action])} has three words, whatever stands in them`, () => {
      assert.equal(receivedKey(service, action), key);
      assert.equal(key.split('.').length, 3);
    });
  }

  it('can be read back octet for octet', () => {
    const service = 'urn:a.b$1.0 — ‘ja’';
    assert.equal(decodeURIComponent(receivedKey(service, 'x').split('.')[1] ?? ''), service);
  });

  it('refuses to hand over what is longer than AMQP can carry', () => {
    assert.equal(receivedKey('s'.repeat(239), 'action').length, 255);
    assert.throws(() => receivedKey('s'.repeat(240), 'action'), { code: 'HANDOVER_REFUSED', location: 'routing key' });
  });

  it('of an event keeps the words of its type', () => {
    assert.equal(eventKey('message.delivered'), 'event.message.delivered');
  });
});
