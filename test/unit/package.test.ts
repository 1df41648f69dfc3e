import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { environmentName, KEYS } from '../../src/app/config/key-table.ts';
import { importedNames } from '../setup/check-rooms.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly overrides: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Compose {
  readonly services: Readonly<Record<string, { profiles?: readonly string[]; environment?: Record<string, string> }>>;
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean; readonly resolved?: string }>>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest: Manifest = JSON.parse(text('package.json'));
const lockfile: Lockfile = JSON.parse(text('package-lock.json'));

describe('package.json', () => {
  it('asks for Node 24 and brings it as a devDependency', () => {
    assert.equal(manifest.engines['node'], '>=24');
    assert.match(manifest.devDependencies['node'] ?? '', /^24\./);
  });

  it('begins every script with the check of the Node version', () => {
    const without = Object.entries(manifest.scripts).filter(
      ([, script]) => !script.startsWith('node test/setup/check-node.mjs && '),
    );
    assert.deepEqual(without, [['prepack', 'npm run build']]);
  });

  it('lets no package but node run a script on installation', () => {
    const scripted = Object.entries(lockfile.packages).filter(([, entry]) => entry.hasInstallScript === true);
    assert.deepEqual(
      scripted.map(([path]) => path),
      ['node_modules/node'],
    );
    assert.deepEqual(manifest.allowScripts, { node: true });
    // Spectral is held at the last versions without @scarf/scarf, which reports every installation to its maker.
    assert.deepEqual(manifest.overrides, { '@stoplight/spectral-formats': '1.8.3' });
  });

  it('takes every package from the public registry', () => {
    const elsewhere = Object.values(lockfile.packages).filter(
      (entry) => !(entry.resolved ?? 'https://registry.npmjs.org/').startsWith('https://registry.npmjs.org/'),
    );
    assert.deepEqual(elsewhere, []);
  });

  it('pins every dependency to one version', () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    assert.deepEqual(loose, []);
  });

  it('names what src/ and adapters/ import as dependencies, and nothing more', () => {
    assert.deepEqual([...importedPackages('{src,adapters}/**/*.ts')].sort(), Object.keys(manifest.dependencies).sort());
  });

  it('names what the tests import', () => {
    const known = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)]);
    assert.deepEqual(
      [...importedPackages('test/**/*.ts')].filter((name) => !known.has(name)),
      [],
    );
  });
});

describe('the root', () => {
  it('has a README whose npm commands all exist', () => {
    const run = [...text('README.md').matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? '');
    assert.ok(run.includes('demo'));
    assert.deepEqual(
      [...new Set(run)].filter((name) => manifest.scripts[name] === undefined),
      [],
    );
  });

  it('has a test command for machines that only knows npm', () => {
    assert.match(text('.ci/run'), /^npm ci && npm test$/m);
    assert.notEqual(statSync(join(root, '.ci/run')).mode & 0o100, 0);
  });

  it('tells the same version, licence and name in publiccode.yml', () => {
    const publiccode: unknown = parse(text('publiccode.yml'));
    assert.partialDeepStrictEqual(publiccode, {
      publiccodeYmlVersion: '0.4',
      name: 'Postiljon',
      softwareVersion: manifest.version,
      legal: { license: manifest.license },
    });
    assert.match(text('LICENSE'), /^EUROPEAN UNION PUBLIC LICENCE v\. 1\.2\n/);
  });

  it('has a docker-compose.yml of which only the gateway starts unasked, with settings that exist', () => {
    const { services }: Compose = parse(text('docker-compose.yml'));
    assert.deepEqual(Object.keys(services).sort(), ['gateway', 'postgres', 'rabbitmq']);
    assert.deepEqual(
      Object.keys(services).filter((name) => services[name]?.profiles === undefined),
      ['gateway'],
    );
    const known = new Set(Object.keys(KEYS).map(environmentName));
    assert.deepEqual(
      Object.keys(services['gateway']?.environment ?? {}).filter((name) => !known.has(name)),
      [],
    );
  });

  it('has a CHANGELOG with a place for the next change', () => {
    assert.match(text('CHANGELOG.md'), /^## \[Unreleased\]$/m);
  });
});

function text(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

const PACKAGE = /^(?:@[\w.-]+\/)?[a-z][\w.-]*/;

function importedPackages(pattern: string): ReadonlySet<string> {
  const names = globSync(pattern, { cwd: root }).flatMap((file) => importedNames(text(file)));
  const packages = names.filter((name) => !isBuiltin(name)).flatMap((name) => PACKAGE.exec(name)?.[0] ?? []);
  return new Set(packages);
}
