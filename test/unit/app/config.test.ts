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

  it('the port for partners can be 443 [Digikoppeling TLS005, Digikoppeling WT006]', () => {
    assert.equal(read(LEAST.replace('tls: off', 'tls: off, port: 443')).ebms.port, 443);
  });

  it('as `init` writes it has examples of adapters and routes that only need their # taken away', () => {
    let text = configurationTemplate({ name: 'a', oin: '00000099000000001000', port: 1, apiPort: 2 });
    for (const key of ['adapters', 'routes']) {
      const [block = ''] = new RegExp(`^# ${key}:\\n(?:#  .*\\n)+`, 'm').exec(text) ?? [];
      assert.ok(block.length > 100, key);
      text = text.replace(block, () => block.replaceAll(/^# /gm, ''));
      const { adapters } = read(text);
      assert.match(adapters.amqp?.url ?? '', /^amqps:/);
      assert.deepEqual(
        [...adapters.webhooks, ...adapters.filesystem].map(({ name }) => name),
        ['zaak', 'archief'],
      );
    }
    assert.deepEqual(
      read(text).routes.map(({ destination }) => destination),
      ['webhook:zaak', 'amqp', 'partner', 'files:archief'],
    );
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
      ['F:4 api.host: name who may use it in api.applications, listen on 127.0.0.1, or set api.allowRemote: true'],
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
      [
        'F:4 partners: 00000099000000002000: allow: entry 1: must be one of sha1, cbc, rsa15, keyRef, unsignedConfirmation',
      ],
    ],
  ];
  const broker = "url: 'amqp://h'";
  const refusedAmqp: readonly [what: string, amqp: string, complaint: string][] = [
    ['a broker that speaks something else', "url: 'http://h'", 'url: must begin with amqp:// or amqps://'],
    ['a prefetch of nothing', `${broker}, prefetch: 0`, 'prefetch: must be from 1 to 65535'],
    [
      'as many deliveries as the broker allows',
      `${broker}, maxDeliveries: 1000`,
      'maxDeliveries: must be from 1 to 999',
    ],
    [
      'a name that belongs to the broker',
      `${broker}, exchange: amq.topic`,
      'exchange: must be 200 octets at most, and not begin with amq., which belongs to the broker',
    ],
    [
      'one queue for both',
      `${broker}, refused: postiljon.send`,
      'refused: is also the name of another queue of the adapter: take another name',
    ],
    ['one exchange for both', `${broker}, refused: postiljon`, 'refused: is also the exchange: take another name'],
    ['a certificate alone', `${broker}, tls: { certificate: k }`, 'tls.certificate: key and certificate go together'],
  ];
  for (const [what, amqp, complaint] of refusedAmqp) {
    it(`refuses ${what}`, () =>
      assert.deepEqual(complaints(`${LEAST}adapters: { amqp: { ${amqp} } }\n`), [`F:4 adapters.amqp.${complaint}`]));
  }

  for (const [what, yaml, expected] of refused) {
    it(`refuses ${what}`, () => assert.deepEqual(complaints(`${LEAST}${yaml}\n`), expected));
  }

  it('refuses limits of nothing', () => {
    const keys = ['connections', 'connectionsPerAddress', 'headersSeconds', 'requestSeconds', 'patienceSeconds'];
    for (const key of keys) {
      const yaml = LEAST.replace('tls: off', `tls: off, limits: { ${key}: 0 }`);
      assert.deepEqual(complaints(yaml), [`F:3 ebms.limits.${key}: must be 1 at least`]);
    }
  });

  it('refuses plain HTTP beyond loopback', () => {
    assert.deepEqual(complaints("name: a\nparties: ['b']\nebms: { tls: off }\n"), [
      'F:3 ebms.tls: off is for loopback only: listen on 127.0.0.1, or set ebms.allowPlain: true',
    ]);
  });

  it('adapters.webhooks: all that is wrong with each is named; a complete one is a destination', () => {
    const wrong = (fields: string): readonly string[] => complaints(`${LEAST}adapters: { webhooks: [${fields}] }\n`);
    const secret = `secret: ${'x'.repeat(32)}`;
    const prefix = 'F:4 adapters.webhooks: ';
    assert.deepEqual(wrong(`{ url: x, event: [] }`), [
      `${prefix}entry 1: unknown key event (did you mean events?); name: is required; url: must be an http(s):// URL`,
    ]);
    assert.deepEqual(wrong('{ name: a, url: "https://x.test/" }'), [
      `${prefix}a: secretFile: give this or secret: what is sent is signed with it`,
    ]);
    assert.deepEqual(wrong(`{ name: a, url: "http://x.test/", ${secret} }`), [
      `${prefix}a: url: must be https://, or set allowPlain: true`,
    ]);
    assert.deepEqual(wrong(`{ name: a, url: "https://u:p@x.test/", ${secret} }`), [
      `${prefix}a: url: must hold no user name or password`,
    ]);
    assert.deepEqual(wrong('{ name: a, url: "https://x.test/", secret: short, events: [message.takn] }'), [
      `${prefix}a: secret: must be 32 characters at least, and random; events: entry 1: message.takn is no event (did you mean message.taken?); docs/states.md lists them`,
    ]);
    const good = `{ name: a, url: "http://127.0.0.1:1/", ${secret}, events: ['*'] }`;
    assert.deepEqual(wrong(`${good}, ${good}`), [`${prefix}a: the name is taken`]);
    const config = read(`${LEAST}adapters: { webhooks: [${good}] }\nroutes: [{ destination: 'webhook:a' }]\n`);
    assert.equal(config.adapters.webhooks[0]?.inlineLimit, 2 ** 20);
  });

  it('routes: parties may be bare OINs, and * says what nothing says', () => {
    const rules = "[{ from: '00000099000000002000', action: '*', destination: inbox }]";
    assert.deepEqual(read(`${LEAST}routes: ${rules}\n`).routes, [
      { from: 'urn:osb:oin:00000099000000002000', destination: 'inbox' },
    ]);
  });

  it('routes: every rule that cannot be used is named, with what is wrong', () => {
    const wrong = "[{ form: '1', destination: inbox }, { from: a }, { destination: nowhere }]";
    assert.deepEqual(complaints(`${LEAST}routes: ${wrong}\n`), [
      'F:4 routes: rule 1: unknown key form (did you mean from?); rule 2: destination: is required; ' +
        'rule 3: destination: nowhere is no destination: inbox, amqp, files:<name>, webhook:<name>, or partner',
    ]);
    assert.deepEqual(complaints(`${LEAST}routes: [{ destination: 'webhook:zaak' }]\n`), [
      'F:4 routes: rule 1: no adapter serves webhook:zaak',
    ]);
  });

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

  it('throws CONFIG_MISSING when it is not there', () => {
    assert.throws(
      () => readConfig(join(folder, 'nope.yaml'), {}),
      (error) =>
        error instanceof GatewayError && error.code === 'CONFIG_MISSING' && error.location?.endsWith('nope.yaml'),
    );
  });

  it('has a page that names every key with its variable, and no secret default', () => {
    const page = configurationDoc();
    for (const key of Object.keys(KEYS)) {
      assert.ok(page.includes(`| \`${key}\` |`), key);
      assert.ok(page.includes(`\`${environmentName(key)}\``), key);
    }
    assert.equal(environmentName('keys.tlsClient.key'), 'POSTILJON_KEYS_TLS_CLIENT_KEY');
  });
});
