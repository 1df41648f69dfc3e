import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOfKey, newApiKey } from '../../../src/app/access/api-keys.ts';
import { openAccess } from '../../../src/app/access/open-access.ts';
import { inspectConfig } from '../../../src/app/config/config.ts';
import { systemClock } from '../../../src/clock.ts';
import { run } from '../cli/run.ts';

const HASH = hashOfKey(newApiKey());
const KEYS = `keys: [{ hash: '${HASH}' }]`;

const applications = (...entries: readonly string[]): string =>
  `applications: [${entries.map((entry) => `{ ${entry} }`).join(', ')}]`;

describe('who may use the API, in the configuration', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-access-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const inspect = (api: string): ReturnType<typeof inspectConfig> => {
    const file = join(folder, 'postiljon.yaml');
    writeFileSync(
      file,
      `name: a\nparties: ['00000099000000001000']\nebms: { host: 127.0.0.1, tls: off }\napi: { ${api} }\n`,
    );
    return inspectConfig(file, {});
  };
  const problems = (api: string): readonly string[] =>
    inspect(api).problems.map(({ key, reason }) => `${key}: ${reason}`);

  it('an application has a name, roles, what it is known by, and what is its own', () => {
    const { config } = inspect(
      `${applications(`name: zaak, roles: [send, receive], parties: ['00000099000000001000'], services: ['s:1'], actions: [a], keys: [{ hash: '${HASH}' }, { file: key.hash }]`, "name: b, roles: [audit], certificate: { oin: '00000099000000002000' }, oidc: { subject: x }")}, tls: { key: k, certificate: c, clientCa: ca }, oidc: { issuer: 'https://login.example', audience: api }`,
    );
    assert.deepEqual(config?.api.applications, [
      {
        name: 'zaak',
        roles: ['send', 'receive'],
        parties: ['urn:osb:oin:00000099000000001000'],
        services: ['s:1'],
        actions: ['a'],
        keys: [{ hash: HASH }, { file: join(folder, 'key.hash') }],
        certificate: undefined,
        oidc: undefined,
      },
      {
        name: 'b',
        roles: ['audit'],
        parties: undefined,
        services: undefined,
        actions: undefined,
        keys: [],
        certificate: { oin: '00000099000000002000' },
        oidc: { subject: 'x' },
      },
    ]);
    assert.deepEqual(config.api.oidc, { issuer: 'https://login.example', audience: 'api', skewSeconds: 30 });
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['an unknown key', applications(`name: a, role: [send], ${KEYS}`), /unknown key role \(did you mean roles\?\)/],
    ['a role that is none', applications(`name: a, roles: [sned], ${KEYS}`), /did you mean send\?/],
    [
      'the name of what publishes to the queue',
      applications(`name: amqp, roles: [send], ${KEYS}`),
      /amqp is what publishes/,
    ],
    ['no role', applications(`name: a, roles: [], ${KEYS}`), /roles: name one at least/],
    ['nothing to know it by', applications('name: a, roles: [send]'), /give keys, certificate or oidc/],
    [
      'a key in the place of its hash',
      applications("name: a, roles: [send], keys: [{ hash: 'pk_geheim' }]"),
      /never the key itself/,
    ],
    [
      'an empty list of parties',
      applications(`name: a, roles: [send], parties: [], ${KEYS}`),
      /parties: name one at least/,
    ],
    [
      'an admin of a part',
      applications(`name: a, roles: [admin], actions: [x], ${KEYS}`),
      /admin is for the whole gateway/,
    ],
    [
      'two of one name',
      applications(`name: a, roles: [send], ${KEYS}`, `name: a, roles: [send], keys: [{ file: f }]`),
      /name a: two applications/,
    ],
    [
      'two with one key',
      applications(`name: a, roles: [send], ${KEYS}`, `name: b, roles: [send], ${KEYS}`),
      /two applications have it/,
    ],
    [
      'a party of somebody else',
      applications(`name: a, roles: [send], parties: ['00000099000000002000'], ${KEYS}`),
      /is not in parties/,
    ],
    [
      'a certificate without a CA',
      applications("name: a, roles: [send], certificate: { subject: 'CN=a' }"),
      /^api\.tls\.clientCa: is required/,
    ],
    ['a CA without TLS', 'tls: { clientCa: ca }', /^api\.tls\.key: is required/],
    [
      'tokens without an issuer',
      applications('name: a, roles: [send], oidc: { subject: x }'),
      /^api\.oidc\.issuer: is required/,
    ],
    ['an issuer without an audience', "oidc: { issuer: 'https://login.example' }", /^api\.oidc\.audience: is required/],
    [
      'an issuer in the clear',
      "oidc: { issuer: 'http://login.example', audience: a }",
      /^api\.oidc\.issuer: must be https/,
    ],
    [
      'the network without TLS',
      `host: 0.0.0.0, ${applications(`name: a, roles: [send], ${KEYS}`)}`,
      /^api\.host: name its key/,
    ],
    [
      'the network with TLS and without applications',
      'host: 0.0.0.0, tls: { key: k, certificate: c }',
      /^api\.host: name who/,
    ],
  ];
  for (const [what, api, expected] of refused) {
    it(`refuses ${what}`, () => {
      const found = problems(api);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', expected);
    });
  }

  it('the network is open to applications by TLS, and never repeats what was meant to be secret', () => {
    const tls = 'tls: { key: k, certificate: c }';
    assert.deepEqual(problems(`host: 0.0.0.0, ${tls}, ${applications(`name: a, roles: [send], ${KEYS}`)}`), []);
    const [problem = ''] = problems(applications("name: a, roles: [send], keys: [{ hash: 'pk_geheim' }]"));
    assert.equal(problem.includes('geheim'), false);
  });

  it('`api-key create` prints a key once, and the hash that opens for it', async () => {
    const { stdout, code } = await run('api-key', 'create', '--application', 'zaak', '--json');
    const { key, hash }: { key: string; hash: string } = JSON.parse(stdout);
    assert.equal(code, 0);
    assert.match(key, /^pk_[\w-]{43}$/);
    const file = join(folder, 'zaak.hash');
    writeFileSync(file, `${hash}\n`);
    const application = { name: 'zaak', roles: ['send'], keys: [{ file }] } as const;
    const none = {
      parties: undefined,
      services: undefined,
      actions: undefined,
      certificate: undefined,
      oidc: undefined,
    };
    const parts = { clock: systemClock, log: { warn: () => undefined } };
    const access = await openAccess({ applications: [{ ...application, ...none }], oidc: undefined }, parts);
    const shown = { authorization: `Bearer ${key}`, certificate: undefined, remote: undefined };
    assert.equal((await access?.identify(shown))?.application.name, 'zaak');
    writeFileSync(file, `${key}\n`);
    await assert.rejects(openAccess({ applications: [{ ...application, ...none }], oidc: undefined }, parts), {
      code: 'CONFIG_INVALID',
    });
  });
});
