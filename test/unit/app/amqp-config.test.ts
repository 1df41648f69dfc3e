import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectConfig, readConfig } from '../../../src/app/config/config.ts';

const OIN = '00000099000000001000';
const LEAST = `name: gemeente
parties: ['${OIN}']
ebms: { host: 127.0.0.1, tls: { key: k, certificate: c } }
keys: { sign: { key: k, certificate: c }, tlsClient: { key: k, certificate: c }, trust: [t] }
revocation: { mode: off }
`;

describe('the broker in postiljon.yaml', () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-amqp-config-'));
    file = join(folder, 'postiljon.yaml');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const write = (amqp: string): void =>
    writeFileSync(file, `${LEAST}adapters: { amqp: { url: 'amqp://h', ${amqp} } }\n`);
  const complaints = (amqp: string): readonly string[] => {
    write(amqp);
    return inspectConfig(file, {}).problems.map(({ key, reason }) => `${key}: ${reason}`);
  };

  it('speaks 0-9-1, with one queue that may send everything, where nothing else is said', () => {
    write('');
    assert.partialDeepStrictEqual(readConfig(file, {}).adapters.amqp, {
      protocol: '0-9-1',
      senders: [],
      sendQueue: 'postiljon.send',
      receiveQueue: undefined,
    });
  });

  it('may speak 1.0, and hand received messages to one queue', () => {
    write("protocol: '1.0', receiveQueue: zaken");
    assert.partialDeepStrictEqual(readConfig(file, {}).adapters.amqp, { protocol: '1.0', receiveQueue: 'zaken' });
  });

  it('has senders with a queue each, and what they may send', () => {
    write(
      `sendQueue: uit, senders: [{ name: belasting, parties: ['${OIN}'] }, { name: zaken, queue: q, actions: [a], replyTo: [z.in, 'z.tmp.*'] }]`,
    );
    assert.deepEqual(readConfig(file, {}).adapters.amqp?.senders, [
      {
        name: 'belasting',
        queue: 'uit.belasting',
        parties: [`urn:osb:oin:${OIN}`],
        services: undefined,
        actions: undefined,
        replyTo: undefined,
      },
      {
        name: 'zaken',
        queue: 'q',
        parties: undefined,
        services: undefined,
        actions: ['a'],
        replyTo: ['z.in', 'z.tmp.*'],
      },
    ]);
  });

  it('must name a queue of answers where it speaks 1.0 and a service of WUS asks by queue', () => {
    const service = `{ name: echo, role: provider, wsdl: e.wsdl, profile: 2W-be, partners: ['${OIN}'], backend: { destination: amqp } }`;
    writeFileSync(
      file,
      `${LEAST}adapters: { amqp: { url: 'amqp://h', protocol: '1.0' } }\nwus: { services: [${service}] }\n`,
    );
    const problems = inspectConfig(file, {}).problems.filter(({ key }) => key === 'adapters.amqp.answerQueue');
    assert.deepEqual(
      problems.map(({ reason }) => reason),
      ['echo asks by queue, which needs the name of one for the answers over AMQP 1.0'],
    );
  });

  const refused: readonly [what: string, amqp: string, complaint: string][] = [
    ['another version', "protocol: '2.0'", 'protocol: must be one of 0-9-1, 1.0'],
    [
      'senders that are no list',
      'senders: x',
      'senders: must be a list of senders, each a map that begins with its name',
    ],
    [
      'a name that is no word of a routing key',
      "senders: [{ name: 'a.b' }]",
      'senders: a.b: name: is the last word of send.<name>: letters, digits, _ and -, at most 100',
    ],
    [
      'no parties at all',
      'senders: [{ name: a, parties: [] }]',
      'senders: a: parties: name one at least, or leave it out',
    ],
    ['a key that is none', 'senders: [{ name: a, party: x }]', 'senders: a: unknown key party (did you mean parties?)'],
    ['two of one name', 'senders: [{ name: a }, { name: a, queue: q }]', 'senders: a: two have this name'],
    [
      'two with one queue',
      'senders: [{ name: a, queue: q }, { name: b, queue: q }]',
      'senders: q: is the queue of two; each message is of one application',
    ],
    [
      'a queue that belongs to the broker',
      'senders: [{ name: a, queue: amq.q }]',
      'senders: a: queue: must be 255 octets at most, and not begin with amq.',
    ],
    [
      'a party that is none of ours',
      "senders: [{ name: a, parties: ['00000099000000009000'] }]",
      'senders: a: urn:osb:oin:00000099000000009000 is none of `parties`',
    ],
  ];
  for (const [what, amqp, complaint] of refused) {
    it(`is refused with ${what}`, () => assert.deepEqual(complaints(amqp), [`adapters.amqp.${complaint}`]));
  }
});
