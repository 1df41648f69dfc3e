import assert from 'node:assert/strict';
import rhea from 'rhea';
import type { Message } from 'rhea';
import { exchangeAddress, queueAddress, queueOf } from '../../../adapters/amqp/amqp10/addresses.ts';
import { brokerMessageOf, earlierOf, messageOf } from '../../../adapters/amqp/amqp10/message.ts';
import type { Publication } from '../../../adapters/amqp/transport.ts';

const PUBLICATION: Publication = {
  exchange: 'postiljon',
  routingKey: 'received.a.b',
  mandatory: true,
  content: Buffer.from('<a/>'),
  properties: {
    messageId: 'm1@gemeente.test',
    correlationId: 'zaak-7',
    contentType: 'text/xml',
    contentEncoding: 'utf-8',
    type: 'stuur',
    replyTo: '/amq/queue/antwoord',
    appId: 'belasting',
    timestamp: 1_795_350_000,
  },
  headers: { cpaId: 'cpa-1', payloadCount: 2, last: true },
};

describe('a message of AMQP 1.0', () => {
  it('carries everything that one of 0-9-1 does, there and back', () => {
    const { content, properties, headers, fault } = brokerMessageOf(passed(messageOf(PUBLICATION)));
    assert.deepEqual(content, PUBLICATION.content);
    assert.deepEqual(properties, PUBLICATION.properties);
    assert.deepEqual(headers, PUBLICATION.headers);
    assert.equal(fault, undefined);
  });

  it('is durable, and has its routing key as subject and the time that is left as ttl', () => {
    const message = passed(messageOf({ ...PUBLICATION, expirationMs: 5000 }));
    assert.deepEqual([message['durable'], message['subject'], message['ttl']], [true, 'received.a.b', 5000]);
  });

  const ids: readonly [what: string, id: unknown, text: string | undefined][] = [
    ['text', 'order-1', 'order-1'],
    ['a number', 42, '42'],
    [
      'a UUID',
      rhea.types.wrap_uuid(Buffer.from('f81d4fae7dec11d0a76500a0c91e6bf6', 'hex')),
      'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    ],
    ['octets', rhea.types.wrap_binary(Buffer.from('octets')), undefined],
    ['nothing', null, undefined],
  ];
  for (const [what, id, text] of ids) {
    it(`may have ${what} as its id`, () => {
      const { properties } = brokerMessageOf(passed({ message_id: id, correlation_id: id, body: 'x' }));
      assert.deepEqual([properties.messageId, properties.correlationId], [text, text]);
    });
  }

  const bodies: readonly [what: string, body: unknown, content: string][] = [
    ['octets', rhea.message.data_section(Buffer.from('<a/>')), '<a/>'],
    ['octets in several sections', rhea.message.data_sections([Buffer.from('<a'), Buffer.from('/>')]), '<a/>'],
    ['octets as a value', Buffer.from('<a/>'), '<a/>'],
    ['text', 'één', 'één'],
    ['nothing', undefined, ''],
  ];
  for (const [what, body, content] of bodies) {
    it(`with ${what} as its body has that payload`, () => {
      const read = brokerMessageOf(passed({ message_id: 'm', body }));
      assert.deepEqual([String(read.content), read.fault], [content, undefined]);
    });
  }

  for (const [what, body] of [
    ['a map', { a: 1 }],
    ['a number', 7],
    ['a sequence', rhea.message.sequence_section(['a'])],
  ] as const) {
    it(`with ${what} as its body cannot be read, and keeps it`, () => {
      const read = brokerMessageOf(passed({ message_id: 'm', body }));
      assert.notEqual(read.fault, undefined);
      assert.ok(read.content.length > 0);
    });
  }

  it('was handed out as often as the broker counts, or once at least when it only says that it was', () => {
    assert.deepEqual(
      [{ delivery_count: 3 }, { first_acquirer: false }, { first_acquirer: true }, {}].map((header) =>
        earlierOf(passed({ message_id: 'm', body: 'x', ...header })),
      ),
      [3, 1, 0, 0],
    );
  });
});

describe('an address of RabbitMQ', () => {
  it('names exchange and queue, whatever their names hold', () => {
    assert.deepEqual(
      [exchangeAddress('postiljon'), queueAddress('a/b c')],
      ['/exchange/postiljon', '/amq/queue/a%2Fb%20c'],
    );
  });

  it('of a reply_to is that of a queue, or of nothing that is answered', () => {
    assert.deepEqual(
      ['antwoord', '/queue/antwoord', '/amq/queue/a%2Fb', '/exchange/e/k', '/topic/x', '/queue/%zz'].map(queueOf),
      ['antwoord', 'antwoord', 'a/b', undefined, undefined, undefined],
    );
  });
});

/** Over the wire and back. */
function passed(message: object): Message {
  const decoded = rhea.message.decode(rhea.message.encode(message));
  return Object.assign(decoded, { body: decoded['body'] });
}
