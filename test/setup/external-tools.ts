import { spawnSync } from 'node:child_process';
import { tool } from './tools.ts';

/** Programs that some tests check our work against, with the Debian package of each. */
const PACKAGES: Readonly<Record<string, string>> = { xmlsec1: 'xmlsec1', xmllint: 'libxml2-utils' };

const TIME_LIMIT_MS = 90_000;

/**
 * Finds the programs, or installs them where that needs nobody's leave: as root on Debian or Ubuntu. With
 * POSTILJON_INSTALL=0 nothing is installed. What is still missing is no failure: the tests that need it are skipped by name.
 */
export function findTools(say: (line: string) => void): void {
  const missing = missingTools();
  if (missing.length === 0) return;
  if (mayInstall()) {
    say(`installing ${missing.join(', ')} (POSTILJON_INSTALL=0 turns this off)`);
    install(missing.map((name) => PACKAGES[name] ?? name));
  }
  for (const name of missingTools())
    say(`${name} is not here: tests that need it are skipped (apt-get install ${PACKAGES[name]})`);
}

function missingTools(): string[] {
  return Object.keys(PACKAGES).filter((name) => tool(name) === undefined);
}

function mayInstall(): boolean {
  return process.env['POSTILJON_INSTALL'] !== '0' && process.getuid?.() === 0 && tool('apt-get') !== undefined;
}

/** Tries with the package lists that are there, and only then with fresh ones. */
function install(packages: readonly string[]): void {
  const deadline = Date.now() + TIME_LIMIT_MS;
  const installed = aptGet(['install', '-y', '--no-install-recommends', ...packages], deadline);
  if (installed) return;
  aptGet(['update'], deadline);
  aptGet(['install', '-y', '--no-install-recommends', ...packages], deadline);
}

function aptGet(args: readonly string[], deadline: number): boolean {
  const timeout = deadline - Date.now();
  if (timeout <= 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-qq', ...args], { stdio: 'ignore', timeout, env }).status === 0;
}
