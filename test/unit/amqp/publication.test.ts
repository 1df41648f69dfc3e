import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { HandedMessage, HandedPayload } from '../../../src/index.ts';
import { readParts } from '../../../adapters/amqp/multipart.ts';
import { receivedPublication } from '../../../adapters/amqp/publication.ts';

const TERMS = {
  exchange: 'postiljon',
  receiveQueue: undefined,
  inlineLimit: 1000,
  apiUrl: 'http://127.0.0.1:8080/api/v1',
};

const MESSAGE: HandedMessage = {
  messageId: 'm1@gemeente.nl',
  conversationId: 'zaak-7',
  refToMessageId: 'm0@dienst.nl',
  timestamp: Date.UTC(2026, 10, 22, 9, 0, 0, 999),
  receivedAt: Date.UTC(2026, 10, 22, 9, 0, 1),
  cpaId: 'cpa-1',
  fromPartyId: 'urn:osb:oin:00000099000000001000',
  fromRole: 'Sender',
  toPartyId: 'urn:osb:oin:00000099000000002000',
  toRole: 'Receiver',
  service: 'urn:osb:services:osb:afleveren:1.1$1.0',
  action: 'afleveren',
  payloads: [],
  attempt: 1,
};

describe('a received message for the broker', () => {
  it('carries the MessageId, the conversation and every header value of the message', async () => {
    const { exchange, routingKey, mandatory, properties, headers } = await receivedPublication(
      withPayloads(payload('p1', '<a/>')),
      TERMS,
    );
    assert.equal(exchange, 'postiljon');
    assert.equal(routingKey, 'received.urn%3Aosb%3Aservices%3Aosb%3Aafleveren%3A1%2E1%241%2E0.afleveren');
    assert.equal(mandatory, true);
    assert.deepEqual(properties, {
      messageId: 'm1@gemeente.nl',
      correlationId: 'zaak-7',
      timestamp: Date.UTC(2026, 10, 22, 9) / 1000,
      type: 'afleveren',
      contentType: 'text/xml',
    });
    assert.deepEqual(headers, {
      cpaId: 'cpa-1',
      fromPartyId: 'urn:osb:oin:00000099000000001000',
      fromRole: 'Sender',
      toPartyId: 'urn:osb:oin:00000099000000002000',
      toRole: 'Receiver',
      service: 'urn:osb:services:osb:afleveren:1.1$1.0',
      action: 'afleveren',
      refToMessageId: 'm0@dienst.nl',
    });
  });

  it('leaves out the headers that the message does not have', async () => {
    const bare = { ...MESSAGE, fromRole: undefined, toRole: undefined, refToMessageId: undefined };
    const { headers } = await receivedPublication(bare, TERMS);
    assert.deepEqual(Object.keys(headers), ['cpaId', 'fromPartyId', 'toPartyId', 'service', 'action']);
  });

  it('with one payload is that payload, octet for octet', async () => {
    const octets = Buffer.from([0, 255, 13, 10, 0]);
    const { content, properties } = await receivedPublication(
      withPayloads(payload('p1', octets, 'application/pdf')),
      TERMS,
    );
    assert.deepEqual([content, properties.contentType], [octets, 'application/pdf']);
  });

  it('a payload that is in memory is not read once more', async () => {
    const octets = Buffer.from('<a>€</a>');
    const inMemory = { ...payload('p1', octets), octets: new Uint8Array(octets), open: unreadable };
    const { content } = await receivedPublication(withPayloads(inMemory), TERMS);
    assert.deepEqual(content, octets);
  });

  it('without payload has an empty body and no content type', async () => {
    const { content, properties } = await receivedPublication(MESSAGE, TERMS);
    assert.deepEqual([content.length, 'contentType' in properties], [0, false]);
  });

  it('with several payloads is multipart/related, in their order and octet for octet', async () => {
    const both = withPayloads(payload('p1', '<a/>'), payload('p2', '--\r\n\r\n--', 'application/pdf', 'bijlage.pdf'));
    const { content, properties } = await receivedPublication(both, TERMS);
    assert.match(
      String(properties.contentType),
      /^multipart\/related; boundary="[^"]+"; type="text\/xml"; start="<p1>"$/,
    );
    assert.deepEqual(
      readParts(String(properties.contentType), content, 2).map(({ octets, ...part }) => ({
        ...part,
        text: String(octets),
      })),
      [
        { contentId: 'p1', contentType: 'text/xml', name: undefined, text: '<a/>' },
        { contentId: 'p2', contentType: 'application/pdf', name: 'bijlage.pdf', text: '--\r\n\r\n--' },
      ],
    );
  });

  const limits: readonly [what: string, sizes: readonly number[], inline: boolean][] = [
    ['as long as the limit', [1000], true],
    ['longer than the limit', [1001], false],
    ['that are together longer than the limit', [600, 401], false],
  ];
  for (const [what, sizes, inline] of limits) {
    it(`with payloads ${what} ${inline ? 'has them in its body' : 'names them and stays empty'}`, async () => {
      const payloads = sizes.map((size, index) => payload(`p${index}`, 'x'.repeat(size)));
      const { content, headers } = await receivedPublication(withPayloads(...payloads), TERMS);
      assert.equal(content.length > 0, inline);
      assert.equal('payloadUrl' in headers, !inline);
      if (!inline) assert.equal(headers.payloadCount, sizes.length);
    });
  }

  it('that is too long says where the API has its payload', async () => {
    const { properties, headers } = await receivedPublication(
      withPayloads(payload('p1', 'x'.repeat(1001), 'application/pdf')),
      TERMS,
    );
    assert.equal(
      headers.payloadUrl,
      'http://127.0.0.1:8080/api/v1/messages/m1%40gemeente.nl/payloads/1?direction=in&from=urn%3Aosb%3Aoin%3A00000099000000001000',
    );
    assert.equal(properties.contentType, 'application/pdf');
  });

  it('has in a header what a partner chose too long for a property, and never cut', async () => {
    const [conversationId, contentType] = ['é'.repeat(128), `text/xml; a="${'b'.repeat(255)}"`];
    const long = { ...withPayloads(payload('p1', '<a/>', contentType)), conversationId };
    const { properties, headers } = await receivedPublication(long, TERMS);
    assert.deepEqual([properties.correlationId, properties.contentType], [undefined, undefined]);
    assert.deepEqual([headers['conversationId'], headers['contentType']], [conversationId, contentType]);
  });

  it('A46 A48 is published whatever a partner names as Content-ID and type of its payloads', async () => {
    const strange = [
      payload('een stuk', '<a/>', 'text/plain; name="één"'),
      payload('één', '<b/>', 'multipart/related; boundary=x'),
      payload('p3', '<c/>', 'text/xml; a="x\r\nX-Evil: 1"'),
      payload('p4', '<d/>', ';;;'),
    ];
    const { properties, content } = await receivedPublication(withPayloads(...strange), TERMS);
    assert.deepEqual(
      readParts(String(properties.contentType), content, 4).map(({ contentId, contentType, octets }) => [
        contentId,
        contentType,
        String(octets),
      ]),
      [
        ['een%20stuk', 'text/plain', '<a/>'],
        ['%C3%A9%C3%A9n', 'application/octet-stream', '<b/>'],
        ['p3', 'text/xml', '<c/>'],
        ['p4', 'application/octet-stream', '<d/>'],
      ],
    );
  });

  it('is refused when its MessageId is longer than AMQP can carry, and not cut', async () => {
    const long = { ...MESSAGE, messageId: 'm'.repeat(256) };
    await assert.rejects(receivedPublication(long, TERMS), { code: 'HANDOVER_REFUSED', location: 'MessageId' });
  });
});

const unreadable = (): Promise<Readable> => Promise.reject(new Error('it was opened'));

function withPayloads(...payloads: readonly HandedPayload[]): HandedMessage {
  return { ...MESSAGE, payloads };
}

function payload(contentId: string, content: string | Buffer, contentType = 'text/xml', name?: string): HandedPayload {
  const octets = Buffer.from(content);
  return {
    contentId,
    contentType,
    name,
    size: octets.length,
    sha256: '',
    octets: undefined,
    open: async () => Readable.from([octets]),
  };
}
