import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

const CONFIG = `name: gemeente
parties: ['00000099000000001000']
ebms: { host: 127.0.0.1, tls: off }
routes:
  - { from: '00000099000000002000', action: geheim, destination: inbox }
  - { from: '*', service: levering, destination: inbox }
  - { action: melden, destination: partner, json: { schema: melding.xsd, element: melding } }
`;

describe('route explain', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postiljon-route-'));
  const file = join(folder, 'postiljon.yaml');
  before(() => writeFileSync(file, CONFIG));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('shows, without a gateway, which rule decides and why the others do not', async () => {
    const message = ['--from', '00000099000000002000', '--service', 'urn:osb:services:levering', '--action', 'melden'];
    const { code, stdout } = await run('route', 'explain', ...message, '-c', file);
    assert.equal(code, 0);
    assert.equal(
      stdout,
      'rule 1 → inbox: no, action is melden and not geheim\nrule 2 → inbox: matches\ninbox: rule 2 decides\n',
    );
    const { stdout: json } = await run('route', 'explain', '--action', 'x', '--json', '-c', file);
    assert.partialDeepStrictEqual(JSON.parse(json), { destination: 'inbox', steps: [{ rule: 1 }, { rule: 2 }] });
  });

  it('what is not given matches no rule that asks for it', async () => {
    const { stdout } = await run('route', 'explain', '-c', file);
    assert.match(stdout, /^rule 1 → inbox: no, from is not known and not urn:osb:oin:00000099000000002000\n/);
    assert.match(stdout, /\ninbox: no rule matches\n$/);
  });

  it('shows for a message that is sent how JSON becomes XML', async () => {
    const { stdout } = await run('route', 'explain', '--sent', '--action', 'melden', '-c', file);
    const [first, , third, last] = stdout.split('\n');
    assert.equal(first, 'rule 1 → inbox: no, direction is out and not in');
    assert.equal(third, 'rule 3 → partner: matches');
    assert.equal(last, `partner, with JSON for the application by ${join(folder, 'melding.xsd')}: rule 3 decides`);
  });

  it('a configuration that is wrong is said to be so', async () => {
    assert.equal((await run('route', 'explain', '-c', join(folder, 'none.yaml'))).code, 3);
  });
});
