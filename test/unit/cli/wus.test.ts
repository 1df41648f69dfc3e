import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayError } from '../../../src/errors.ts';
import type { WusContent } from '../../../src/wus/content.ts';
import { ANSWERED, consultation } from '../../conformance/store/consultations.ts';
import { octets, T0 } from '../../conformance/store/records.ts';
import { openRestGateway } from '../rest/rest-gateway.ts';
import type { RestGateway } from '../rest/rest-gateway.ts';
import { ECHO_NS, MESSAGE_ID, OIN, openWus, type Partner } from '../rest/wus-services.ts';
import { run } from './run.ts';
import type { Run } from './run.ts';

const ELEMENT = `<echo xmlns="${ECHO_NS}"><tekst>dag</tekst></echo>`;
const ENVELOPE = `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>${ELEMENT}</S:Body></S:Envelope>`;

describe('postiljon wus, at a running gateway', () => {
  const partner: { answer: Partner; released: number } = { answer: answerSame, released: 0 };
  let asked: WusContent | undefined;
  let rest: RestGateway;
  let folder: string;
  before(async () => {
    rest = await openRestGateway({}, (test) => openWus(test, partner));
    folder = mkdtempSync(join(tmpdir(), 'postiljon-wus-cli-'));
    const { consultations } = rest.store;
    await consultations.begin(consultation({ id: 'een', at: T0 }));
    await consultations.end('een', {
      ...ANSWERED,
      content: { request: octets('<vraag/>'), answer: octets('<antwoord/>') },
    });
    const undelivered = { result: 'undelivered', code: 'WUS_INLINE_LIMIT' } as const;
    await consultations.begin(consultation({ id: 'nul', at: T0 - 1, ...undelivered }));
    await consultations.begin(consultation({ id: 'twee', at: T0 + 1, result: 'refused', code: 'WUS_REPLAY' }));
  });
  after(async () => {
    await rest.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    asked = undefined;
    partner.answer = (content) => {
      asked = content;
      return answerSame(content);
    };
  });

  const ask = (...args: readonly string[]): Promise<Run> => run('wus', ...args, '--api', rest.api);
  const put = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('list shows each service with its partner and operations', async () => {
    const { code, stdout } = await ask('list');
    assert.equal(code, 0);
    const [head, ...lines] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    assert.deepEqual(head, ['SERVICE', 'ROLE', 'PROFILE', 'PARTNERS', 'OPERATIONS', 'WHERE']);
    assert.deepEqual(lines, [
      ['echo', 'consumer', '2W-be-S', OIN, 'echo', 'https://dienst.example/wus/echo'],
      ['provided', 'provider', '2W-be', OIN, 'echo', 'http://127.0.0.1:9/'],
    ]);
    const { items }: { items: readonly unknown[] } = JSON.parse((await ask('list', '--json')).stdout);
    assert.equal(items.length, 2);
  });

  it('call takes the element, or an envelope around it, and shows the answer in the same form', async () => {
    const element = await ask('call', 'echo', '--body', put('a.xml', `<?xml version="1.0"?>\n${ELEMENT}`));
    assert.deepEqual([element.code, element.stdout], [0, ELEMENT]);
    assert.equal(asked?.body.toString(), ELEMENT);
    const envelope = await ask('call', 'echo', 'echo', '--body', put('b.xml', ENVELOPE));
    assert.match(envelope.stdout, /^<soap:Envelope .*<tekst>dag<\/tekst>/);
  });

  it('call takes JSON, and with --json says which message and record it was', async () => {
    const { code, stdout } = await ask('call', 'echo', '--json-body', put('a.json', '{"tekst":"dag"}'), '--json');
    const shown: Record<string, unknown> = JSON.parse(stdout);
    assert.equal(code, 0);
    assert.deepEqual([shown['messageId'], shown['consultation']], [MESSAGE_ID, 'c1']);
    assert.deepEqual(shown['answer'], { tekst: 'dag' });
  });

  it('call sends files as attachments that the body includes by name; -o keeps the answer', async () => {
    const include = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:rapport.pdf"/>';
    const body = put('m.xml', ELEMENT.replace('dag', include));
    const report = put('rapport.pdf', Buffer.from('abc'));
    const output = join(folder, 'answer.xml');
    const { code, stdout } = await ask('call', 'echo', '--body', body, '--attachment', report, '-o', output);
    assert.deepEqual([code, stdout], [0, `Wrote ${output}\n`]);
    assert.deepEqual(
      asked?.attachments.map((one) => [one.contentId, one.contentType, one.size]),
      [['rapport.pdf', 'application/pdf', 3]],
    );
    assert.match(readFileSync(output, 'utf8'), /<tekst>YWJj<\/tekst>/);
    const whole = await ask('call', 'echo', '--body', body, '--attachment', report, '--package');
    assert.match(whole.stdout, /Content-ID: <rapport\.pdf>/);
  });

  it('call ends with 1 for a fault of the partner, which it shows', async () => {
    const faultcode = { namespace: 'http://schemas.xmlsoap.org/soap/envelope/', localName: 'Client' };
    const detail = [Buffer.from('<reden xmlns="urn:x">te kort</reden>')];
    const fault = { faultcode, faultstring: '0004 Klopt niet', faultactor: 'https://dienst.example/', detail };
    partner.answer = () => ({ kind: 'fault', fault });
    const { code, stderr } = await ask('call', 'echo', '--body', put('a.xml', ELEMENT));
    assert.equal(code, 1);
    assert.match(stderr, /WUS_FAULT/);
    assert.match(stderr, /Client: 0004 Klopt niet\n +by https:\/\/dienst\.example\/\n +<reden xmlns="urn:x">te kort/);
  });

  it('call ends with 4 for what is refused, 5 for who cannot be reached, 3 for a service that is not there', async () => {
    const body = put('a.xml', ELEMENT);
    assert.equal((await ask('call', 'nope', '--body', body)).code, 3);
    assert.equal((await ask('call', 'echo', '--body', put('bad.xml', '<a>'))).code, 4);
    for (const code of ['WUS_PEER_UNREACHABLE', 'WUS_PEER_TIMEOUT', 'WUS_PEER_ANSWER'] as const) {
      partner.answer = () => Promise.reject(new GatewayError(code));
      assert.equal((await ask('call', 'echo', '--body', body)).code, 5, code);
    }
    for (const code of [
      'SIGNATURE_INVALID',
      'WUS_ANSWER_REFUSED',
      'WUS_ANSWER',
      'WUS_FAULT_UNPROVEN',
      'WUS_RELATES_TO',
    ] as const) {
      partner.answer = () => Promise.reject(new GatewayError(code));
      assert.equal((await ask('call', 'echo', '--body', body)).code, 4, code);
    }
  });

  it('call is used wrongly without a body, with two, and with an attachment beside JSON', async () => {
    const body = put('a.xml', ELEMENT);
    const json = put('a.json', '{}');
    assert.equal((await ask('call', 'echo')).code, 2);
    assert.equal((await ask('call', 'echo', '--body', body, '--json-body', json)).code, 2);
    assert.equal((await ask('call', 'echo', '--json-body', json, '--attachment', body)).code, 2);
    assert.equal((await ask('call', 'echo', '--body', body, '--attachment', put('a b.pdf', 'x'))).code, 2);
    const missing = await ask('call', 'echo', '--body', join(folder, 'none.xml'));
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /FILE_MISSING/);
  });

  it('consultations lists them by every filter, consultation shows one with its bodies', async () => {
    const { stdout } = await ask('consultations');
    assert.match(
      stdout,
      /^AT \(UTC\) .*\n11-22 12:00:00 +refused +WUS_REPLAY +echo +Echo +…00000001000 +twee\n.* +answered +12 .* +een\n.* +undelivered +WUS_INLINE_LIMIT .* +nul\n$/,
    );
    assert.match((await ask('consultations', '--limit', '1')).stdout, /twee\nMore: --cursor \S+\n$/);
    assert.match((await ask('consultations', '--result', 'undelivered')).stdout, /^AT .*\n.* undelivered .* nul\n$/);
    const filters = [
      '--service',
      'echo',
      '--operation',
      'Echo',
      '--partner',
      '00000099000000001000',
      '--role',
      'provider',
    ];
    const found = await ask(
      'consultations',
      ...filters,
      '--message-id',
      'urn:uuid:een',
      '--result',
      'answered',
      '--all',
      '--json',
    );
    const { items }: { items: readonly { id: string }[] } = JSON.parse(found.stdout);
    assert.deepEqual(
      items.map(({ id }) => id),
      ['een'],
    );
    assert.equal((await ask('consultations', '--until', '2020-01-01T00:00:00Z')).stdout, 'No consultations.\n');
    const one = await ask('consultation', 'een');
    assert.match(one.stdout, /result: +answered\n/);
    assert.match(one.stdout, /\nrequest:\n<vraag\/>\n\nanswer:\n<antwoord\/>\n$/);
    assert.equal((await ask('consultation', 'none')).code, 3);
  });
});

function answerSame(content: WusContent): { readonly kind: 'answer'; readonly content: WusContent } {
  return { kind: 'answer', content };
}
