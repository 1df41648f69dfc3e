import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectConfig, readConfig } from '../../../src/app/config/config.ts';
import type { Config } from '../../../src/app/config/config.ts';
import { configurationDoc } from '../../../src/app/config/configuration-doc.ts';
import { configurationTemplate } from '../../../src/app/config/configuration-template.ts';
import { KEYS, environmentName } from '../../../src/app/config/key-table.ts';
import { GatewayError } from '../../../src/errors.ts';

const LEAST = "name: gemeente\nparties: ['00000099000000001000']\nebms: { host: 127.0.0.1, tls: off }\n";

describe('postiljon.yaml', () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-config-'));
    file = join(folder, 'postiljon.yaml');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const read = (yaml: string, environment: Record<string, string> = {}): Config => {
    writeFileSync(file, yaml);
    return readConfig(file, environment);
  };
  const complaints = (yaml: string, environment: Record<string, string> = {}): readonly string[] => {
    writeFileSync(file, yaml);
    const { problems } = inspectConfig(file, environment);
    return problems.map(({ key, place, reason }) => `${place.replace(file, 'F')} ${key}: ${reason}`);
  };

  it('is complete with defaults, and paths count from its own folder', () => {
    const config = read(LEAST);
    assert.deepEqual(config.parties, ['urn:osb:oin:00000099000000001000']);
    assert.equal(config.data, join(folder, 'data'));
    assert.equal(config.store.url, `sqlite:${join(folder, 'data', 'postiljon.db')}`);
    assert.equal(config.payloads.url, `file:${join(folder, 'data', 'payloads')}`);
    assert.deepEqual(
      [config.api.host, config.api.port, config.ebms.port, config.ebms.path],
      ['127.0.0.1', 8080, 8443, '/ebms'],
    );
    assert.equal(config.ebms.tls, undefined);
  });

  it('the port for partners can be 443 [Digikoppeling TLS005]', () => {
    assert.equal(read(LEAST.replace('tls: off', 'tls: off, port: 443')).ebms.port, 443);
  });

  it('as `init` writes it is valid', () => {
    const config = read(configurationTemplate({ name: 'a "b"', oin: '00000099000000001000', port: 1, apiPort: 2 }));
    assert.equal(config.name, 'a "b"');
    assert.deepEqual(config.ebms.tls, {
      identity: {
        location: 'ebms.tls',
        source: { key: join(folder, 'keys/tls.key'), certificate: join(folder, 'keys/tls.crt') },
        passphrase: undefined,
        passphraseFile: undefined,
      },
      clientCa: [join(folder, 'keys/ca.crt')],
    });
  });

  it('decrypts with the key that signs, unless another one is named', () => {
    const sign = 'keys: { sign: { key: k, certificate: c }';
    const own = read(`${LEAST}${sign} }\n`);
    assert.equal(own.keys.decrypt, own.keys.sign);
    const other = read(`${LEAST}${sign}, decrypt: { pkcs12: p } }\n`);
    assert.deepEqual(other.keys.decrypt?.source, { pkcs12: join(folder, 'p') });
    assert.equal(other.keys.decrypt.location, 'keys.decrypt');
  });

  it('says for a partner what payloads are encrypted with', () => {
    const encryption = '{ data: aes128-gcm, keyTransport: rsa-oaep }';
    const { partners } = read(`${LEAST}partners: { '00000099000000003000': { encryption: ${encryption} } }\n`);
    assert.deepEqual(partners, {
      'urn:osb:oin:00000099000000003000': {
        allow: [],
        encryption: { data: 'aes128-gcm', keyTransport: 'rsa-oaep' },
      },
    });
  });

  it('says of a partner that responses to it travel apart', () => {
    const { partners } = read(`${LEAST}partners: { '00000099000000003000': { responses: apart } }\n`);
    assert.deepEqual(partners, { 'urn:osb:oin:00000099000000003000': { allow: [], responses: 'apart' } });
  });

  it('is frozen to its depth', () => {
    const config = read(LEAST);
    assert.throws(() => Object.assign(config.api, { host: '0.0.0.0' }), TypeError);
    assert.throws(() => Object.assign(config.parties, ['x']), TypeError);
  });

  it('is overridden by environment variables, lists and maps as JSON', () => {
    const config = read(LEAST, {
      POSTILJON_NAME: 'anders',
      POSTILJON_API_PORT: '0',
      POSTILJON_PARTIES: '["00000099000000002000"]',
      POSTILJON_PARTNERS: '{"00000099000000003000":{"allow":["sha1"]}}',
      POSTILJON_KEYS_TLS_CLIENT_KEY: '/k',
      POSTILJON_KEYS_TLS_CLIENT_CERTIFICATE: 'c',
      POSTILJON_EBMS_ALLOW_PLAIN: 'true',
      POSTILJON_EBMS_LIMITS_ENVELOPE: '2 MiB',
    });
    assert.deepEqual([config.name, config.api.port, config.ebms.allowPlain], ['anders', 0, true]);
    assert.deepEqual(config.parties, ['urn:osb:oin:00000099000000002000']);
    assert.deepEqual(config.partners, { 'urn:osb:oin:00000099000000003000': { allow: ['sha1'] } });
    assert.deepEqual(config.keys.tlsClient?.source, { key: '/k', certificate: join(folder, 'c') });
    assert.equal(config.ebms.limits.envelope, 2 * 2 ** 20);
  });

  it('a variable for a section hides what the file says within it', () => {
    const yaml =
      "name: a\nparties: ['b']\nebms: { host: 127.0.0.1, tls: { key: k, certificate: c } }\nkeys: { trust: [t] }\nrevocation: { mode: off }\n";
    assert.ok(read(yaml).ebms.tls);
    assert.equal(read(yaml, { POSTILJON_EBMS_TLS: 'off' }).ebms.tls, undefined);
  });

  const refused: readonly [string, string, readonly string[]][] = [
    [
      'an unknown key, with the nearest one',
      'apii: { port: 1 }',
      ['F:4 apii.port: unknown key (did you mean api.port?)'],
    ],
    ['a key in the wrong section', 'port: 1', ['F:4 port: unknown key (did you mean ebms.port?)']],
    ['a value where a section stands', 'api: 8080', ['F:4 api: must be a map of settings']],
    ['a list where a section stands', 'api: [1]', ['F:4 api: must be a map of settings']],
    ['a text for a port', 'api: { port: many }', ['F:4 api.port: must be a whole number from 0 to 65535']],
    ['a number for a text', 'log: { level: 3 }', ['F:4 log.level: must be text: put it in quotes']],
    ['a wrong choice', 'log: { level: loud }', ['F:4 log.level: must be one of debug, info, warn, error, silent']],
    ['a key twice', 'log: { level: info }\nlog: { level: info }', ['F:5 undefined: Map keys must be unique']],
    [
      'the API open to the network',
      'api: { host: 0.0.0.0 }',
      [
        'F:4 api.host: the API has no authentication in this version: listen on 127.0.0.1, or set api.allowRemote: true',
      ],
    ],
    [
      'revocation lists that are required and come from nowhere',
      'keys: { trust: [t] }',
      [
        'F revocation.crls: nobody could be believed without revocation lists: name their files, set revocation.download: true, or revocation.mode: ifPresent',
      ],
    ],
    ['half a key pair', 'keys: { sign: { key: k } }', ['F keys.sign.certificate: is required beside the key']],
    [
      'PEM and PKCS#12 at once',
      'keys: { sign: { key: k, certificate: c, pkcs12: p } }',
      ['F:4 keys.sign.pkcs12: give this or key and certificate, not both'],
    ],
    ['one port for both', 'api: { port: 8443 }', ['F:4 api.port: is also ebms.port: take another one']],
    [
      'another store',
      "store: { url: 'postgres://h/d' }",
      ['F:4 store.url: this version of Postiljon has sqlite: only'],
    ],
    [
      'a partner’s unknown key',
      "partners: { '00000099000000002000': { alow: [sha1] } }",
      ['F:4 partners: 00000099000000002000: unknown key alow (did you mean allow?)'],
    ],
    [
      'responses to a partner in another way than apart',
      "partners: { '00000099000000002000': { responses: never } }",
      ['F:4 partners: 00000099000000002000: responses: must be apart'],
    ],
    [
      'an algorithm that is not sent',
      "partners: { '00000099000000002000': { encryption: { data: aes256-cbc } } }",
      ['F:4 partners: 00000099000000002000: encryption: data: must be one of aes256-gcm, aes128-gcm'],
    ],
    [
      'an unknown key of encryption',
      "partners: { '00000099000000002000': { encryption: { dta: x } } }",
      ['F:4 partners: 00000099000000002000: encryption: unknown key dta (did you mean data?)'],
    ],
    [
      'a weakening that is none',
      "partners: { '00000099000000002000': { allow: [md5] } }",
      ['F:4 partners: 00000099000000002000: allow: entry 1: must be one of sha1, cbc, rsa15, keyRef'],
    ],
  ];
  for (const [what, yaml, expected] of refused) {
    it(`refuses ${what}`, () => assert.deepEqual(complaints(`${LEAST}${yaml}\n`), expected));
  }

  it('refuses plain HTTP beyond loopback', () => {
    assert.deepEqual(complaints("name: a\nparties: ['b']\nebms: { tls: off }\n"), [
      'F:3 ebms.tls: off is for loopback only: listen on 127.0.0.1, or set ebms.allowPlain: true',
    ]);
  });

  const later = ["routes: [{ to: 'x' }]", 'adapters: { amqp: { url: x } }', 'wus: { services: [a] }'];
  for (const yaml of later) {
    it(`says of ${yaml} that it is not in this version`, () => {
      const found = complaints(`${LEAST}${yaml}\n`);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? '', /is not in this version of Postiljon/);
    });
  }

  it('takes the keys of later versions when they ask for nothing', () => {
    assert.deepEqual(
      complaints(`${LEAST}routes: []\nadapters: {}\nwus: { services: [] }\nrevocation: { mode: off }\n`),
      [],
    );
  });

  it('names all that is wrong at once, each with its place', () => {
    const found = complaints('parties: x\napi:\n  port: -1\n  hosst: a\n', { POSTILJON_EBMS_PORT: 'a' });
    assert.deepEqual(found, [
      'F:4 api.hosst: unknown key (did you mean api.host?)',
      'F name: is required',
      'F:1 parties: must be a list',
      'POSTILJON_EBMS_PORT ebms.port: must be a whole number from 0 to 65535',
      'F:3 api.port: must be a whole number from 0 to 65535',
    ]);
  });

  it('throws CONFIG_INVALID when it is not there', () => {
    assert.throws(
      () => readConfig(join(folder, 'nope.yaml'), {}),
      (error) =>
        error instanceof GatewayError && error.code === 'CONFIG_INVALID' && error.location?.endsWith('nope.yaml'),
    );
  });

  it('has a page that names every key with its variable, and no secret default', () => {
    const page = configurationDoc();
    for (const [key, row] of Object.entries(KEYS)) {
      assert.ok(page.includes(`| \`${key}\` |`), key);
      assert.ok(row.kind === 'absent' || page.includes(`\`${environmentName(key)}\``), key);
    }
    assert.equal(environmentName('keys.tlsClient.key'), 'POSTILJON_KEYS_TLS_CLIENT_KEY');
  });
});
