import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { GatewayError } from '../../../src/index.ts';
import { writeParts } from '../../../adapters/amqp/multipart.ts';
import { refusedPublication } from '../../../adapters/amqp/refusal.ts';
import { idempotencyOf, readSubmission } from '../../../adapters/amqp/submission.ts';
import { amqpSettings } from '../../setup/amqp-place.ts';
import type { BrokerMessage, Properties } from '../../../adapters/amqp/transport.ts';

const TERMS = amqpSettings('amqp://127.0.0.1', { inlineLimit: 1000 });
const HEADERS = { cpaId: 'cpa-1', fromPartyId: '00000099000000001000', service: 'afleveren', action: 'stuur' };

describe('what an application publishes', () => {
  it('becomes a request with every value that its properties and headers hold', () => {
    const { terms, parts, key } = readSubmission(
      published('<a/>', {
        correlationId: 'zaak-7',
        headers: {
          ...HEADERS,
          fromRole: 'Sender',
          toPartyId: '00000099000000002000',
          toRole: 'R',
          refToMessageId: 'm0',
        },
      }),
      TERMS,
    );
    assert.deepEqual(terms, {
      cpaId: 'cpa-1',
      from: '00000099000000001000',
      service: 'afleveren',
      action: 'stuur',
      fromRole: 'Sender',
      to: '00000099000000002000',
      toRole: 'R',
      conversationId: 'zaak-7',
      refToMessageId: 'm0',
    });
    assert.deepEqual(parts, [{ contentType: 'text/xml', name: undefined, octets: Buffer.from('<a/>') }]);
    assert.equal(key, 'order-1');
  });

  it('may name its action in the property type', () => {
    const { action: _, ...headers } = HEADERS;
    assert.equal(readSubmission(published('x', { type: 'stuur', headers }), TERMS).terms.action, 'stuur');
    assert.equal(readSubmission(published('x', { type: 'other' }), TERMS).terms.action, 'stuur');
  });

  it('has its response in a queue of its own, and in no other where they are named', () => {
    const own = ['belasting.antwoord', 'tijdelijk.*'];
    for (const replyTo of ['belasting.antwoord', 'tijdelijk.x', 'amq.rabbitmq.reply-to.g1h2']) {
      const { terms } = readSubmission(published('x', { replyTo }), TERMS, own);
      assert.equal(terms.replyTo?.address, replyTo);
    }
    for (const replyTo of ['zaken.in', 'belasting.antwoord2', 'tijdelijk', 'amq.rabbitmq.reply-to']) {
      assert.equal(readSubmission(published('x', { replyTo }), TERMS).terms.replyTo?.address, replyTo);
      const expected = { code: 'NOT_ALLOWED', location: 'reply_to' };
      assert.throws(() => readSubmission(published('x', { replyTo }), TERMS, own), expected);
    }
    assert.equal(readSubmission(published('x'), TERMS, own).terms.replyTo, undefined);
  });

  it('has no payload when its body is empty', () => {
    assert.deepEqual(readSubmission(published(''), TERMS).parts, []);
  });

  it('is octets of no known kind when it does not say its content_type', () => {
    const [part] = readSubmission(published('x', { contentType: undefined }), TERMS).parts;
    assert.equal(part?.contentType, 'application/octet-stream');
  });

  it('has several payloads when it is multipart/related', () => {
    const parts = ['<a/>', '%PDF'].map((text, n) => ({
      contentId: `p${n}`,
      contentType: 'application/pdf',
      name: n === 0 ? undefined : 'bijlage.pdf',
      octets: Buffer.from(text),
    }));
    const { contentType, content } = writeParts(parts);
    assert.deepEqual(
      readSubmission(published(content, { contentType }), TERMS).parts.map(({ name, octets }) => [
        name,
        String(octets),
      ]),
      [
        [undefined, '<a/>'],
        ['bijlage.pdf', '%PDF'],
      ],
    );
  });

  it('may say its charset where some clients do, in content_encoding', () => {
    assert.equal(readSubmission(published('x', { contentEncoding: 'UTF-8' }), TERMS).parts.length, 1);
  });

  const refused: readonly [why: string, message: BrokerMessage, code: string, location: string][] = [
    ...Object.keys(HEADERS).map((name): [string, BrokerMessage, string, string] => [
      `without ${name}`,
      published('x', { headers: { ...HEADERS, [name]: undefined } }),
      'REQUEST_INVALID',
      `header ${name}`,
    ]),
    ['without headers', published('x', { headers: {} }), 'REQUEST_INVALID', 'header cpaId'],
    [
      'with a value of 1025 characters',
      published('x', { headers: { ...HEADERS, cpaId: 'x'.repeat(1025) } }),
      'REQUEST_INVALID',
      'header cpaId',
    ],
    [
      'with a header that is no text',
      published('x', { headers: { ...HEADERS, toRole: 7 } }),
      'REQUEST_INVALID',
      'header toRole',
    ],
    ['without message_id', published('x', { messageId: undefined }), 'REQUEST_INVALID', 'message_id'],
    ['with a message_id of two words', published('x', { messageId: 'a b' }), 'REQUEST_INVALID', 'message_id'],
    ['with a compressed body', published('x', { contentEncoding: 'gzip' }), 'REQUEST_INVALID', 'content_encoding'],
    ['with more octets than the limit', published('x'.repeat(1001)), 'HTTP_TOO_LARGE', 'body'],
  ];
  for (const [why, message, code, location] of refused) {
    it(`is refused ${why}, with the place to mend`, () => {
      assert.throws(() => readSubmission(message, TERMS), { code, location });
    });
  }

  it('is refused with a multipart that breaks off', () => {
    const contentType = 'multipart/related; boundary=b';
    assert.throws(() => readSubmission(published('--b\r\n\r\nx', { contentType }), TERMS), { code: 'MIME_MALFORMED' });
  });

  it('has the same digest when it comes again, and another when anything in it changed', () => {
    const once = digest(published('x'));
    assert.equal(digest(published('x', { headers: Object.fromEntries(Object.entries(HEADERS).toReversed()) })), once);
    for (const other of [
      published('y'),
      published('x', { contentType: 'text/plain' }),
      published('x', { correlationId: 'z' }),
    ])
      assert.notEqual(digest(other), once);
  });
});

describe('a refused message', () => {
  const error = new GatewayError('REQUEST_INVALID', {
    location: 'header cpaId',
    detail: 'the header cpaId is missing',
  });

  it('lies at the dead-letter exchange as it came, with our code, the place and what to do', () => {
    const { exchange, routingKey, mandatory, content, properties, headers } = refusedPublication(
      published('<a/>'),
      { exchange: 'postiljon.refused', routingKey: 'send' },
      error,
    );
    assert.deepEqual([exchange, routingKey, String(content)], ['postiljon.refused', 'send', '<a/>']);
    assert.deepEqual([properties.messageId, properties.contentType, mandatory], ['order-1', 'text/xml', true]);
    assert.partialDeepStrictEqual(headers, {
      ...HEADERS,
      reason: 'REQUEST_INVALID',
      location: 'header cpaId',
      detail: 'the header cpaId is missing',
    });
  });

  it('does not carry what would lead the copy elsewhere', () => {
    const headers = { ...HEADERS, CC: 'everywhere', BCC: 'x', 'x-delivery-count': 3, odd: { '!': 'decimal' } };
    const copy = refusedPublication(published('x', { headers }), { exchange: 'r', routingKey: 'send' }, error);
    assert.deepEqual(
      Object.keys(copy.headers).filter((name) => !(name in HEADERS)),
      ['reason', 'title', 'location', 'detail', 'remedy'],
    );
  });

  it('holds no more than can be published again: cut, or counted', () => {
    const badUtf8 = '\uFFFD'.repeat(255);
    const texts = ['messageId', 'correlationId', 'contentType', 'contentEncoding', 'type', 'replyTo', 'appId'] as const;
    const { properties, headers } = refusedPublication(
      published('x', {
        ...Object.fromEntries(texts.map((name) => [name, badUtf8])),
        timestamp: 2 ** 64,
        headers: { ...HEADERS, [badUtf8]: 'name', big: 'x'.repeat(60_000), nan: Number.NaN, last: 'fits' },
      }),
      { exchange: 'r', routingKey: 'send' },
      new GatewayError('REQUEST_INVALID', { location: 'l'.repeat(5000), detail: 'd'.repeat(60_000) }),
    );
    for (const name of texts) assert.equal(properties[name], '\uFFFD'.repeat(85));
    assert.equal(properties.timestamp, undefined);
    assert.partialDeepStrictEqual(headers, { ...HEADERS, last: 'fits', headersLeftOut: 2 });
    assert.deepEqual(
      [badUtf8, 'big', 'nan'].filter((name) => name in headers),
      [],
    );
    assert.ok(Buffer.byteLength(JSON.stringify(headers)) < 40_000);
  });

  it('says nothing of what went wrong inside', () => {
    const inside = new GatewayError('INTERNAL', { detail: 'secret' });
    assert.doesNotMatch(
      JSON.stringify(refusedPublication(published('x'), { exchange: 'r', routingKey: 'send' }, inside)),
      /secret/,
    );
  });
});

function digest(message: BrokerMessage): string {
  const { parts, ...submission } = readSubmission(message, TERMS);
  const payloads = parts.map(({ name, contentType, octets }) => ({
    ...(name === undefined ? {} : { name }),
    contentType,
    content: { body: { inline: octets }, size: octets.length, sha256: hash('sha256', octets) },
  }));
  return idempotencyOf(submission, payloads, 'amqp').digest;
}

function published(
  content: string | Buffer,
  { headers = HEADERS, ...properties }: Properties & { readonly headers?: BrokerMessage['headers'] } = {},
): BrokerMessage {
  return {
    content: Buffer.from(content),
    properties: { contentType: 'text/xml', messageId: 'order-1', ...properties },
    headers,
  };
}
