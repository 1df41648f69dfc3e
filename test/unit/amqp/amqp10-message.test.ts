import assert from 'node:assert/strict';
import rhea from 'rhea';
import type { Message } from 'rhea';
import { exchangeAddress, queueAddress, queueOf } from '../../../adapters/amqp/amqp10/addresses.ts';
import { brokerMessageOf, earlierOf, messageOf, readMessage } from '../../../adapters/amqp/amqp10/message.ts';
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
    replyTo: 'antwoord',
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

  const unreadable: readonly [what: string, octets: Buffer][] = [
    ['octets of no type', Buffer.from([0xff, 0xfe, 0, 1])],
    ['a length beyond its end', Buffer.from([0x00, 0x53, 0x75, 0xb0, 0x7f, 0xff, 0xff, 0xff, 1])],
    ['a section of no kind', Buffer.from([0x00, 0x53, 0x99, 0x40])],
    ['values that are no sections', Buffer.alloc(300_000, 0x40)],
    [
      'an array of four thousand million nulls',
      Buffer.from([0, 0x53, 0x77, 0xf0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x40]),
    ],
    [
      'such an array in a list in a map',
      Buffer.from([
        0, 0x53, 0x74, 0xc1, 16, 2, 0xa1, 1, 0x61, 0xc0, 11, 1, 0xf0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x40,
      ]),
    ],
    [
      'an array of arrays of them',
      Buffer.from([0, 0x53, 0x77, 0xe0, 10, 1, 0xf0, 0, 0, 0, 5, 0x7f, 0xff, 0xff, 0xff, 0x40]),
    ],
    ['a list of more than it holds', Buffer.from([0, 0x53, 0x77, 0xc0, 2, 200, 0x40])],
    ['lists within lists', Buffer.concat([Buffer.from([0, 0x53, 0x77]), ...nestedLists(80)])],
    ['descriptors within descriptors', Buffer.alloc(300_000, Buffer.from([0x00, 0x53]))],
  ];
  for (const [what, octets] of unreadable) {
    it(`that is none (${what}) is refused as it came, and throws nothing`, () => {
      const { content, properties, headers, fault } = readMessage(octets);
      assert.deepEqual([content, properties, headers], [octets, {}, {}]);
      assert.match(String(fault), /^it is no message of AMQP 1\.0/);
    });
  }

  it('is read with sections that are named by a symbol or by eight octets, and with lists and arrays in them', () => {
    const symbol = Buffer.concat([
      Buffer.from([0, 0xa3, 16]),
      Buffer.from('amqp:data:binary'),
      Buffer.from([0xa0, 1, 0x78]),
    ]);
    assert.deepEqual(readMessage(symbol).content, Buffer.from('x'));
    const long = Buffer.from([0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x75, 0xa0, 1, 0x79]);
    assert.deepEqual([readMessage(long).content, readMessage(long).fault], [Buffer.from('y'), undefined]);
    const body = { list: [1, 'two', [true, null]], map: { a: 1 } };
    const honest = rhea.message.encode({ message_id: 'm', body: 'x', message_annotations: body });
    assert.equal(readMessage(honest).fault, undefined);
    const array = Buffer.concat([honest, Buffer.from([0, 0x53, 0x78, 0xc1, 9, 2, 0xa1, 1, 0x61, 0xe0, 3, 1, 0x50, 7])]);
    assert.equal(readMessage(array).fault, undefined);
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

  it('names the queue of its answer by name or by address, and goes out with the address', () => {
    assert.deepEqual(
      ['antwoord', '/queue/antwoord', '/amq/queue/a%2Fb', '/exchange/postiljon/send'].map(
        (reply_to) => brokerMessageOf(passed({ message_id: 'm', body: 'x', reply_to })).properties.replyTo,
      ),
      ['antwoord', 'antwoord', 'a/b', '/exchange/postiljon/send'],
    );
    assert.equal(passed(messageOf(PUBLICATION))['reply_to'], '/amq/queue/antwoord');
  });

  it('was handed out as often as the broker counts, or once at least when it only says that it was', () => {
    assert.deepEqual(
      [
        { delivery_count: 3 },
        { first_acquirer: false },
        { first_acquirer: true },
        { first_acquirer: true, delivery_count: 3 },
        {},
      ].map((header) => earlierOf(passed({ message_id: 'm', body: 'x', ...header }))),
      [3, 1, 0, 0, 0],
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
/** Each holds the next one; the lengths are those of 1-octet lists, which the outermost could not have. */
function nestedLists(depth: number): readonly Buffer[] {
  return Array.from({ length: depth }, (_, n) => Buffer.from([0xc0, 3 * (depth - n) - 2, depth - n > 1 ? 1 : 0]));
}

function passed(message: object): Message {
  const decoded = rhea.message.decode(rhea.message.encode(message));
  return Object.assign(decoded, { body: decoded['body'] });
}
