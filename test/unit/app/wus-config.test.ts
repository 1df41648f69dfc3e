import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectConfig, readConfig } from '../../../src/app/config/config.ts';
import { configurationTemplate } from '../../../src/app/config/configuration-template.ts';

const OIN = '00000099000000002000';
const LEAST = `name: gemeente
parties: ['00000099000000001000']
ebms: { host: 127.0.0.1, tls: { key: k, certificate: c } }
keys: { sign: { key: k, certificate: c }, tlsClient: { key: k, certificate: c }, trust: [t] }
revocation: { mode: off }
`;
const ECHO = `name: echo, role: provider, wsdl: wsdl/echo.wsdl, profile: 2W-be-S, partners: ['${OIN}'], backend: { url: 'http://127.0.0.1:9000/' }`;
const HOOK = `adapters: { webhooks: [{ name: zaak, url: 'https://zaak.example/', secret: ${'g'.repeat(32)} }] }\n`;
const REGISTER = `name: register, role: consumer, wsdl: r.wsdl, profile: 2W-be-SE, partner: '${OIN}', endpoint: 'https://r.example/wus/register', encryptFor: keys/r.crt`;

describe('services of WUS in postiljon.yaml', () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-wus-config-'));
    file = join(folder, 'postiljon.yaml');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const complaints = (yaml: string): readonly string[] => {
    writeFileSync(file, yaml);
    return inspectConfig(file, {}).problems.map(({ key, reason }) => `${key}: ${reason}`);
  };

  it('are complete with defaults, and paths count from its own folder', () => {
    writeFileSync(file, `${LEAST}${services(ECHO, REGISTER)}`);
    const { wus } = readConfig(file, {});
    assert.deepEqual(wus, {
      services: [
        {
          name: 'echo',
          role: 'provider',
          wsdl: join(folder, 'wsdl/echo.wsdl'),
          profile: '2W-be-S',
          mtom: false,
          logContent: false,
          party: undefined,
          partners: [OIN],
          addresses: [],
          backend: { destination: 'http://127.0.0.1:9000/', format: 'soap', timeoutSeconds: 30, faults: 'declared' },
        },
        {
          name: 'register',
          role: 'consumer',
          wsdl: join(folder, 'r.wsdl'),
          profile: '2W-be-SE',
          mtom: false,
          logContent: false,
          party: undefined,
          partner: OIN,
          endpoint: 'https://r.example/wus/register',
          to: undefined,
          encryptFor: join(folder, 'keys/r.crt'),
          timeoutSeconds: 30,
          idempotent: false,
        },
      ],
      skewSeconds: 60,
      maxAgeSeconds: 300,
      keepDays: 365,
      limits: { envelope: 10 * 2 ** 20, message: 2 ** 31 },
    });
  });

  it('stand in what `init` writes, as comments that only need their # taken away', () => {
    const template = configurationTemplate({ name: 'a', oin: '00000099000000001000', port: 1, apiPort: 2 });
    const [block = ''] = /^# wus:\n(?:#.*\n)+/m.exec(template) ?? [];
    writeFileSync(file, template.replace(block, block.replaceAll(/^# /gm, '')));
    assert.deepEqual(
      readConfig(file, {}).wus.services.map(({ name, role, profile }) => [name, role, profile]),
      [
        ['echo', 'provider', '2W-be-S'],
        ['register', 'consumer', '2W-be-SE'],
      ],
    );
  });

  it('come from an environment variable as JSON', () => {
    writeFileSync(file, LEAST);
    const echo = { name: 'echo', role: 'provider', wsdl: 'e.wsdl', profile: '2W-be', partners: [`urn:osb:oin:${OIN}`] };
    const given = JSON.stringify([{ ...echo, backend: { url: 'http://a/', format: 'json', timeoutSeconds: 5 } }]);
    const [service] = readConfig(file, { POSTILJON_WUS_SERVICES: given }).wus.services;
    assert.ok(service?.role === 'provider');
    assert.deepEqual([service.partners, service.backend.format, service.backend.timeoutSeconds], [[OIN], 'json', 5]);
  });

  it('a partner says what of WUS differs for it', () => {
    writeFileSync(
      file,
      `${LEAST}partners: { '${OIN}': { allow: [keyRef, unsignedConfirmation], wusCertificates: [a.crt], wusEncryptFor: b.crt } }\n`,
    );
    assert.deepEqual(readConfig(file, {}).partners, {
      [`urn:osb:oin:${OIN}`]: {
        allow: ['keyRef'],
        wus: {
          unsignedConfirmation: true,
          certificates: [join(folder, 'a.crt')],
          encryptFor: join(folder, 'b.crt'),
        },
      },
    });
  });

  const refused: readonly [string, string, readonly string[]][] = [
    [
      'no list',
      'wus: { services: { echo: {} } }',
      ['must be a list of services, each a map that begins with its name'],
    ],
    ['no map', 'wus: { services: [echo] }', ['entry 1: must be a map']],
    ['a service without a role', services(without(ECHO, 'role')), ['echo: role: must be one of provider, consumer']],
    [
      'a role that is misspelt',
      services(ECHO.replace('provider', 'provder')),
      ['echo: role: must be one of provider, consumer (did you mean provider?)'],
    ],
    [
      'an unknown key, with the nearest one',
      services(`${ECHO}, profil: x`),
      ['echo: unknown key profil (did you mean profile?)'],
    ],
    [
      'a profile that is misspelt',
      services(ECHO.replace('2W-be-S', '2W-bes')),
      ['echo: profile: must be one of 2W-be, 2W-be-S, 2W-be-SE (did you mean 2W-be?)'],
    ],
    [
      'a provider without partners',
      services(ECHO.replace(/, partners: \[[^\]]*\]/, '')),
      ['echo: partners: is required'],
    ],
    [
      'a provider for nobody',
      services(ECHO.replace(`'${OIN}'`, '')),
      ['echo: partners: name one OIN at least: nobody else may call'],
    ],
    [
      'a partner that is no OIN',
      services(ECHO.replace(OIN, '123')),
      ['echo: partners: entry 1: must be an OIN of 20 digits, in quotes'],
    ],
    [
      'a backend that is misspelt',
      services(ECHO.replace("9000/'", "9000/', fromat: xml")),
      ['echo: backend: unknown key fromat (did you mean format?)'],
    ],
    [
      'a backend that is nowhere',
      services(ECHO.replace("url: 'http://127.0.0.1:9000/'", 'format: xml')),
      ['echo: backend: url: give this, or the destination of an adapter'],
    ],
    [
      'a backend in two places',
      services(ECHO.replace("9000/'", "9000/', destination: 'webhook:zaak'")),
      ['echo: backend: url: give this, or the destination of an adapter'],
    ],
    [
      'a backend that keeps what it gets',
      services(ECHO.replace("url: 'http://127.0.0.1:9000/'", "destination: 'files:zaak'")),
      ['echo: backend: destination: files:zaak is none that answers: amqp or webhook:<name>'],
    ],
    [
      'a backend that no adapter serves',
      `${HOOK}${services(ECHO.replace("url: 'http://127.0.0.1:9000/'", "destination: 'webhook:zak'"))}`,
      ['echo: backend: destination: no adapter serves webhook:zak (did you mean webhook:zaak?)'],
    ],
    [
      'a backend that answers at once',
      services(ECHO.replace("9000/'", "9000/', timeoutSeconds: 0")),
      ['echo: backend: timeoutSeconds: must be 1 at least'],
    ],
    [
      'keys of a consumer at a provider',
      services(`${ECHO}, endpoint: 'https://a/'`),
      ['echo: endpoint: is of a consumer; where requests go inside is `backend`'],
    ],
    [
      'keys of a provider at a consumer',
      services(`${REGISTER}, partners: ['${OIN}']`),
      ['register: partners: a consumer has one `partner`, the OIN of who answers'],
    ],
    ['a consumer without an endpoint', services(without(REGISTER, 'endpoint')), ['register: endpoint: is required']],
    [
      'a consumer that encrypts for nobody',
      services(without(REGISTER, 'encryptFor')),
      [
        'register: encryptFor: is required with 2W-be-SE: the certificate of the partner that requests are encrypted for',
      ],
    ],
    [
      'a consumer that would encrypt nothing',
      services(REGISTER.replace('-SE', '-S')),
      ['register: encryptFor: 2W-be-S encrypts nothing; leave it out, or use 2W-be-SE'],
    ],
    [
      'two services of one name',
      services(ECHO, ECHO),
      ['echo: two services have this name; the API and /wus/<name> need one each'],
    ],
    [
      'a name that is no part of a path',
      services(ECHO.replace('name: echo', "name: 'a/b'")),
      ['a/b: name: is the last part of /wus/<name>: letters, digits, . _ ~ and -, at most 100'],
    ],
    [
      'all that is wrong at once',
      services('role: provider', REGISTER.replace('https', 'ftp')),
      [
        'entry 1: name: is required; wsdl: is required; profile: is required; partners: is required; backend: is required; register: endpoint: must be an http(s):// URL',
      ],
    ],
    [
      'plain HTTP to another machine',
      services(REGISTER.replace('https', 'http')),
      ['register: endpoint: must be https:// (plain http:// is for loopback)'],
    ],
  ];
  for (const [what, yaml, reasons] of refused) {
    it(`refuses ${what}`, () =>
      assert.deepEqual(
        complaints(`${LEAST}${yaml}`),
        reasons.map((reason) => `wus.services: ${reason}`),
      ));
  }

  const needed: readonly [string, string, string, readonly string[]][] = [
    [
      'a party with an OIN',
      "'00000099000000001000'",
      "'gemeente'",
      ['parties: name an OIN: under WUS (service echo) parties are known by theirs'],
    ],
    [
      'a key that signs',
      'sign: { key: k, certificate: c },',
      '',
      ['keys.sign.key: is required: service echo is 2W-be-S, which signs'],
    ],
    [
      'a key for TLS',
      'tlsClient: { key: k, certificate: c },',
      '',
      ['keys.tlsClient.key: is required: the partner of service register wants a certificate in TLS'],
    ],
  ];
  for (const [what, from, to, expected] of needed) {
    it(`need ${what}`, () =>
      assert.deepEqual(complaints(`${LEAST.replace(from, to)}${services(ECHO, REGISTER)}`), expected));
  }

  it('are named with the line of the entry that is wrong', () => {
    writeFileSync(
      file,
      `${LEAST}wus:\n  services:\n    - { ${ECHO} }\n    - { ${REGISTER.replace('2W-be-SE', '2W')} }\n`,
    );
    const lines = LEAST.split('\n').length - 1;
    assert.deepEqual(
      inspectConfig(file, {}).problems.map(({ place }) => place),
      [`${file}:${lines + 4}`],
    );
  });

  it('are of a party of the gateway', () => {
    const [ours, other] = ['00000099000000001000', '00000099000000007000'].map((party) =>
      services(`${ECHO}, party: '${party}'`),
    );
    writeFileSync(file, `${LEAST}${ours}`);
    assert.equal(readConfig(file, {}).wus.services[0]?.party, '00000099000000001000');
    assert.deepEqual(complaints(`${LEAST}${other}`), [
      'wus.services: echo: party: 00000099000000007000 is none of `parties`',
    ]);
  });

  it('have paths that ebMS cannot have', () => {
    assert.deepEqual(complaints(LEAST.replace('tls: { key', 'path: /wus/echo, tls: { key')), [
      'ebms.path: must not begin with /wus/: there the services of WUS are',
    ]);
  });

  it('need CAs to believe', () => {
    const yaml = LEAST.replace('trust: [t]', 'trust: []').replace(
      'certificate: c } }\nkeys',
      'certificate: c, clientCa: t } }\nkeys',
    );
    assert.deepEqual(complaints(`${yaml}${services(ECHO)}`), [
      'keys.trust: name the CAs whose signatures service echo believes',
    ]);
  });

  it('of profile 2W-be need TLS, by which the partner is known', () => {
    const yaml = LEAST.replace('{ key: k, certificate: c } }\nkeys', 'off }\nkeys');
    assert.deepEqual(complaints(`${yaml}${services(ECHO.replace('2W-be-S', '2W-be'))}`), [
      'ebms.tls: off leaves service echo without a way to know who calls: 2W-be goes by the TLS certificate',
    ]);
  });
});

function services(...entries: readonly string[]): string {
  return `wus: { services: [${entries.map((entry) => `{ ${entry} }`).join(', ')}] }\n`;
}

function without(entry: string, key: string): string {
  return entry.replace(new RegExp(`, ${key}: (?:'[^']*'|[^,]*)`), '');
}
