import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, inbound, outbound, refusal } from '../../conformance/store/records.ts';
import { run } from './run.ts';
import type { Run } from './run.ts';
import { TERMS, base64, contract, openRestGateway } from '../rest/rest-gateway.ts';
import type { RestGateway } from '../rest/rest-gateway.ts';

describe('commands of an operator, at a running gateway', () => {
  let rest: RestGateway;
  let folder: string;
  before(async () => {
    rest = await openRestGateway();
    folder = mkdtempSync(join(tmpdir(), 'postiljon-operator-'));
    const payloads = [{ name: 'a.xml', contentType: 'text/xml', content: base64('<a/>') }];
    await rest.submit({ ...TERMS, messageId: 'een@cli.test', payloads });
    await rest.delivered('een@cli.test');
  });
  after(async () => {
    await rest.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (name: string): string => join(folder, name);
  const ask = (...args: readonly string[]): Promise<Run> => run(...args, '--api', rest.api);

  it('message resend sends it once more, and show names the old one', async () => {
    const { code, stdout } = await ask('message', 'resend', 'een@cli.test', '--json');
    const { messageId }: { messageId: string } = JSON.parse(stdout);
    assert.equal(code, 0);
    await rest.delivered(messageId);
    const shown = await ask('message', 'show', messageId, '--direction', 'out');
    assert.match(shown.stdout, /resendOf: +een@cli\.test/);
    assert.equal((await ask('message', 'resend', 'nope@cli.test')).code, 3);
  });

  it('message resend --all-failed does so with every one, and says how many', async () => {
    const { code, stdout } = await ask('message', 'resend', '--all-failed', '--since', '2h');
    assert.deepEqual([code, stdout], [0, '0 of 0 sent once more, 0 not\n']);
    assert.equal((await ask('message', 'resend')).code, 2);
    assert.equal((await ask('message', 'resend', 'een@cli.test', '--all-failed')).code, 2);
  });

  it('message cancel of one that has ended ends with 4 and MESSAGE_ENDED', async () => {
    const { code, stderr } = await ask('message', 'cancel', 'een@cli.test');
    assert.equal(code, 4);
    assert.match(stderr, /MESSAGE_ENDED/);
  });

  it('§9.1.1 a message that waits for an earlier one: list says held, and show says for what', async () => {
    const message = inbound({ messageId: 'later@cli.test', order: { number: 3, reset: false, maxHeld: 9 } });
    await rest.store.acceptInbound(message, undefined, event('message.received', message.messageId));
    assert.match((await ask('message', 'list', '--direction', 'in')).stdout, /RECEIVED +held +/);
    const from = ['--from', message.fromPartyId];
    const { stdout } = await ask('message', 'show', 'later@cli.test', ...from);
    assert.match(stdout, /sequenceNumber: +3\nheld: +waits/);
    assert.equal((await ask('message', 'show', 'later@cli.test', '--from', 'urn:osb:oin:9')).code, 3);
  });

  it('a message for another destination: list finds it there, show says how it stands, hand-over tries again', async () => {
    const message = inbound({ messageId: 'routed@cli.test', destination: 'amqp', storedAt: Date.now() });
    await rest.store.acceptInbound(message, undefined, event('message.received', message.messageId));
    const terms = { destinations: ['amqp'], now: message.storedAt, leaseMs: 1_000, limit: 1, octets: 1 };
    const [job] = (await rest.store.handovers.claim(terms)).jobs;
    const failure = { at: message.storedAt, dueAt: undefined, code: 'HANDOVER_REFUSED', detail: 'no\nqueue' } as const;
    await rest.store.handovers.postpone(job?.lease ?? assert.fail('nothing is due'), failure);
    const metrics = await (await rest.fetch('/metrics')).text();
    assert.match(metrics, /postiljon_handovers_waiting\{destination="amqp"\} 1\n/);
    assert.match(metrics, /postiljon_handovers_failing\{destination="amqp"\} 1\n/);
    assert.match((await ask('message', 'list', '--destination', 'amqp')).stdout, /RECEIVED[^]*routed@cli\.test\n/);
    const { stdout } = await ask('message', 'show', 'routed@cli.test');
    assert.match(stdout, /\ndestination: +amqp\n/);
    assert.match(stdout, /\nhandover: +1 attempts; \S+Z HANDOVER_REFUSED no queue; stopped: /);
    assert.equal((await ask('message', 'hand-over', 'routed@cli.test')).stdout, 'routed@cli.test goes to amqp now\n');
    assert.equal((await rest.store.findMessage('routed@cli.test'))?.handover?.stopped, false);
    const refused = await ask('message', 'hand-over', 'een@cli.test');
    assert.equal(refused.code, 4);
    assert.match(refused.stderr, /NOT_WAITING/);
  });

  it('dead-letter list shows what a subscriber did not take; replay sends it once more', async () => {
    const [first] = await rest.store.listEvents(0, 1);
    const failure = { at: Date.now(), attempts: 3, code: 'HANDOVER_FAILED', detail: 'it answers 500' } as const;
    await rest.store.deadLetters.bury('webhook:zaak', first?.sequence ?? 0, failure);
    const { stdout } = await ask('dead-letter', 'list', '--subscriber', 'webhook:zaak', '--json');
    const { items }: { items: { id: string }[] } = JSON.parse(stdout);
    assert.match((await ask('dead-letter', 'list')).stdout, /webhook:zaak +\S+ +HANDOVER_FAILED +it answers 500/);
    const id = items[0]?.id ?? '';
    assert.equal((await ask('dead-letter', 'replay', id)).stdout, `${id} is sent once more\n`);
    assert.equal((await rest.store.deadLetters.marked('webhook:zaak', 1)).length, 1);
    assert.equal((await ask('dead-letter', 'replay', 'none')).code, 3);
  });

  it('message list and show say when an open message is sent again', async () => {
    const message = outbound({ messageId: 'open@cli.test', storedAt: Date.now() + 3_600_000 });
    await rest.store.submitOutbound(message);
    const next = new Date(message.storedAt).toISOString();
    assert.ok((await ask('message', 'show', 'open@cli.test')).stdout.includes(next));
    const listed = (await ask('message', 'list', '--state', 'QUEUED')).stdout;
    assert.ok(listed.includes(next.slice(5, 16).replace('T', ' ')), listed);
  });

  it('message show says where the response to a message goes, in one line', async () => {
    const replyTo = { destination: 'amqp', address: 'zaken.antwoord', correlationId: 'vraag\n7' };
    await rest.store.submitOutbound(
      outbound({ messageId: 'asked@cli.test', storedAt: Date.now() + 3_600_000, replyTo }),
    );
    assert.match(
      (await ask('message', 'show', 'asked@cli.test')).stdout,
      /\nreplyTo: +amqp zaken\.antwoord, as vraag 7\n/,
    );
    const shown: unknown = JSON.parse((await ask('message', 'show', 'asked@cli.test', '--json')).stdout);
    assert.partialDeepStrictEqual(shown, { replyTo });
    const without: unknown = JSON.parse((await ask('message', 'show', 'open@cli.test', '--json')).stdout);
    assert.partialDeepStrictEqual(without, { replyTo: null });
  });

  it('message show says what the partner said last, in one line', async () => {
    const message = outbound({ messageId: 'refused@cli.test', storedAt: Date.now() + 3_600_000 });
    await rest.store.submitOutbound(message);
    const about = { at: 1_760_000_000_000, direction: 'out', cpaId: message.cpaId } as const;
    const said = { errorCode: 'SecurityFailure', severity: 'Error', location: '', description: 'not\n\u009bsigned' };
    await rest.store.note({ event: event('alert.partner-error', message.messageId, { ...about, data: said }) });
    const { stdout } = await ask('message', 'show', 'refused@cli.test');
    assert.match(stdout, /\npartnerError: +2025-10-09T08:53:20\.000Z Error SecurityFailure not signed\n/);
    const shown: unknown = JSON.parse((await ask('message', 'show', 'refused@cli.test', '--json')).stdout);
    assert.partialDeepStrictEqual(shown, { partnerError: { ...said, at: '2025-10-09T08:53:20.000Z' } });
  });

  it('refusal list finds by code and time, page by page; refusal show says why and what to do', async () => {
    const at = Date.now();
    const sample = Buffer.from('<soap:Envelope>\u001b[2J</soap:Envelope>');
    const ids = ['refusal-1', 'refusal-2', 'refusal-3'];
    for (const id of ids) {
      const entry = refusal({
        id,
        at,
        code: 'TLS_CLIENT_CERTIFICATE',
        messageId: 'stranger@x',
        detail: 'OIN\n1',
        sample,
      });
      await rest.store.note({ refusal: entry });
    }
    await rest.store.note({ refusal: refusal({ id: 'old', at: at - 3_600_000, code: 'CPA_UNKNOWN' }) });
    const list = async (...args: readonly string[]): Promise<string> => (await ask('refusal', 'list', ...args)).stdout;
    const first = await list('--code', 'tls-client-certificate', '--limit', '2');
    assert.match(first, /refusal-3\n[^]*refusal-2\nMore: --cursor \S+\n$/);
    const [, cursor = ''] = /--cursor (\S+)/.exec(first) ?? [];
    const second = await list('--code', 'TLS_CLIENT_CERTIFICATE', '--limit', '2', '--cursor', cursor);
    assert.match(second, /refusal-1\n$/);
    assert.doesNotMatch(second, /refusal-2/);
    assert.match(await list('--code', 'CPA_UNKNOWN'), / old\n$/);
    assert.doesNotMatch(await list('--since', '10m'), / old\n/);
    assert.equal(await list('--code', 'SIGNATURE_INVALID'), 'No refusals.\n');
    const { items }: { items: readonly { id: string }[] } = JSON.parse(await list('--limit', '1', '--json'));
    assert.equal(items.length, 1);
    const shown = await ask('refusal', 'show', 'refusal-2');
    assert.match(
      shown.stdout,
      /code: +TLS_CLIENT_CERTIFICATE\n[^]*detail: +OIN 1\n[^]*do: +\S[^]*<soap:Envelope> \[2J</,
    );
    assert.equal((await ask('refusal', 'show', 'nope')).code, 3);
    const wrong = await ask('refusal', 'list', '--code', 'NOPE');
    assert.deepEqual([wrong.code, /code of docs\/errors\.md/.test(wrong.stderr)], [2, true]);
  });

  it('message attempts shows each attempt', async () => {
    const { code, stdout } = await ask('message', 'attempts', 'een@cli.test', '--direction', 'out');
    assert.equal(code, 0);
    assert.match(stdout, /^ATTEMPT +AT +HTTP[^]*\n1 +\d{4}-\d\d-\d\dT[^ ]+ +200/);
  });

  it('message raw writes the package; with --include a whole MIME file', async () => {
    const out = join(folder, 'raw.mime');
    const { code, stdout } = await ask(
      'message',
      'raw',
      'een@cli.test',
      '--direction',
      'in',
      '-i',
      '-o',
      out,
      '--json',
    );
    const { contentType, size }: { contentType: string; size: number } = JSON.parse(stdout);
    const octets = readFileSync(out);
    assert.deepEqual([code, size], [0, octets.length]);
    assert.match(octets.toString('latin1'), /^MIME-Version: 1\.0\r\nContent-Type: multipart\/related; [^]*<a\/>/);
    assert.ok(octets.includes(contentType));
    const bare = await ask('message', 'raw', 'een@cli.test', '--direction', 'in');
    assert.match(bare.stdout, /^--/);
  });

  it('message list --all gives every page as one answer', async () => {
    for (let i = 0; i < 5; i++) await rest.submit({ ...TERMS, messageId: `veel-${i}@cli.test`, payloads: [] });
    const args = ['message', 'list', '--search', 'veel-', '--direction', 'out', '--all', '--limit', '2'];
    const { stdout } = await ask(...args, '--json');
    const { items }: { items: { messageId: string }[] } = JSON.parse(stdout);
    assert.deepEqual(
      items.map(({ messageId }) => messageId).sort(),
      Array.from({ length: 5 }, (_, i) => `veel-${i}@cli.test`),
    );
    assert.match((await ask(...args)).stdout, /\n5 messages\n$/);
    assert.match((await ask('message', 'list', '--since', '1d', '--limit', '1')).stdout, /More: --cursor/);
    assert.match((await ask('message', 'list', '--until', '1d')).stdout, /^No messages\./);
  });

  it('events shows what happened, a line each, and where to go on', async () => {
    const { stdout } = await ask('events', '--limit', '2');
    assert.match(stdout, /^\d+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ [^\n]+\n[^\n]+\nMore: --after \d+\n$/);
  });

  it('cpa diff names what differs, and ends with 1; equal ones end with 0', async () => {
    writeFileSync(file('zelfde.xml'), rest.cpa);
    writeFileSync(file('ander.xml'), contract('http://elders.example/ebms'));
    const same = await ask('cpa', 'diff', 'rest-test', file('zelfde.xml'));
    assert.deepEqual([same.code, same.stdout], [0, 'No difference that a gateway acts on.\n']);
    const other = await ask('cpa', 'diff', file('zelfde.xml'), file('ander.xml'));
    assert.equal(other.code, 1);
    assert.match(
      other.stdout,
      /party urn:osb:oin:\d+ \/ transport [^\n]+endpoint[^\n]*\n {2}- http:\/\/127[^\n]+\n {2}\+ http:\/\/elders\.example\/ebms\n/,
    );
    const { stdout } = await ask('cpa', 'diff', file('zelfde.xml'), file('ander.xml'), '--json');
    const answer: { equal: boolean; differences: { place: string; before: string; after: string }[] } =
      JSON.parse(stdout);
    assert.equal(answer.equal, false);
    assert.ok(answer.differences.some(({ after }) => after === 'http://elders.example/ebms'));
    assert.equal((await ask('cpa', 'diff', 'nope', file('zelfde.xml'))).code, 3);
  });

  it('cpa import takes several', async () => {
    for (const id of ['x1', 'x2']) writeFileSync(file(`${id}.xml`), contract(rest.url, id));
    const { code, stdout } = await ask('cpa', 'import', file('x1.xml'), file('x2.xml'));
    assert.equal(code, 0);
    assert.match(stdout, /Imported x1: not active\n[^]*Imported x2: not active\n$/);
    const { stdout: answer } = await ask('cpa', 'import', file('x1.xml'), file('x2.xml'), '--json');
    const imported: { cpaId: string }[] = JSON.parse(answer);
    assert.deepEqual(
      imported.map(({ cpaId }) => cpaId),
      ['x1', 'x2'],
    );
  });

  const WRONG: readonly (readonly string[])[] = [
    [],
    ['message'],
    ['message', 'list', '--state', 'LOST'],
    ['message', 'list', '--direction', 'sideways'],
    ['message', 'list', '--since', 'yesterday'],
    ['message', 'list', '--until', '2027-13-45'],
    ['message', 'list', '--limit', '0'],
    ['message', 'list', '--limit', 'many'],
    ['message', 'list', '--cursor', 'x', '--all'],
    ['message', 'list', '--api', 'no-url'],
    ['message', 'payload', 'x', 'one'],
    ['message', 'send', '--cpa', 'x'],
    ['events', '--after', '-1'],
    ['cpa', 'create', '--party', 'a', '--party', 'b', '--service', 's', '--action', 'a', '--start', 'soon'],
    ['cpa', 'create', '--party', 'a', '--party', 'b', '--service', 's', '--action', 'a', '--profile', 'osb-xx'],
    ['cpa', 'create', '--party', 'a', '--party', 'b', '--service', 's', '--action', 'a', '--retries', 'some'],
    ['init', 'x', '--oin', '123', '--name', 'x'],
    ['init', 'x', '--oin', '00000099000000001000', '--name', 'x', '--port', '99999'],
    ['init', 'x', '--oin', '00000099000000001000', '--name', 'x', '--test-pki', '--endpoint', 'nowhere'],
    ['init', 'x', '--oin', '00000099000000001000', '--name', 'x', '--key-bits', '512'],
    ['pki', 'issue', '--oin', '123', '--cn', 'x'],
    ['completion', 'powershell'],
    ['audit', '--quickly'],
  ];
  for (const args of WRONG) {
    it(`wrong usage ends with 2: ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(...args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.notEqual(stderr, '');
    });
  }

  it('a value that only the gateway can judge ends with 2 as well', async () => {
    assert.equal((await ask('message', 'list', '--cursor', 'nonsense')).code, 2);
    const { service, action, cpaId, from } = TERMS;
    const send = ['message', 'send', '--cpa', cpaId, '--from', from, '--service', service, '--action', action];
    assert.equal((await ask(...send, '--message-id', 'no id')).code, 2);
  });
});
