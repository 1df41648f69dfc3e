import { spawnSync } from 'node:child_process';
import { hasPostgresql } from './servers/postgresql.ts';
import { hasRabbitmq } from './servers/rabbitmq.ts';
import { tool } from './tools.ts';
import { zeepPython } from './zeep-consumer.ts';

/** Something of others that some tests check our work against. */
interface ExternalTool {
  readonly name: string;
  /** Debian packages that bring it. */
  readonly packages: readonly string[];
  isHere(): boolean;
}

const TOOLS: readonly ExternalTool[] = [
  program('xmlsec1', 'xmlsec1'),
  program('xmllint', 'libxml2-utils'),
  {
    name: 'zeep for Python',
    packages: ['python3-zeep', 'python3-xmlsec'],
    isHere: () => zeepPython() !== undefined,
  },
  { name: 'RabbitMQ', packages: ['rabbitmq-server'], isHere: hasRabbitmq },
  { name: 'PostgreSQL', packages: ['postgresql'], isHere: hasPostgresql },
];

function program(name: string, ...packages: readonly string[]): ExternalTool {
  return { name, packages, isHere: () => tool(name) !== undefined };
}

const TIME_LIMIT_MS = 90_000;

/**
 * Finds the tools, or installs them where that needs nobody's leave: as root on Debian or Ubuntu. With
 * POSTILJON_INSTALL=0 nothing is installed. What is still missing is no failure: the tests that need it are skipped by name.
 */
export function findTools(say: (line: string) => void): void {
  const missing = missingTools();
  if (missing.length === 0) return;
  if (mayInstall()) {
    say(`installing ${missing.map(({ name }) => name).join(', ')} (POSTILJON_INSTALL=0 turns this off)`);
    install(missing);
  }
  for (const { name, packages } of missing.filter((one) => !one.isHere()))
    say(`${name} is not here: tests that need it are skipped (apt-get install ${packages.join(' ')})`);
}

function missingTools(): ExternalTool[] {
  return TOOLS.filter((one) => !one.isHere());
}

function mayInstall(): boolean {
  return process.env['POSTILJON_INSTALL'] !== '0' && process.getuid?.() === 0 && tool('apt-get') !== undefined;
}

/** Tries with the package lists that are there, and only then with fresh ones; what a distribution does not have stops nothing else. */
function install(missing: readonly ExternalTool[]): void {
  const deadline = Date.now() + TIME_LIMIT_MS;
  if (
    installPackages(
      missing.flatMap(({ packages }) => packages),
      deadline,
    )
  )
    return;
  aptGet(['update'], deadline);
  for (const { packages } of missing) installPackages(packages, deadline);
}

function installPackages(packages: readonly string[], deadline: number): boolean {
  return aptGet(['install', '-y', '--no-install-recommends', ...packages], deadline);
}

function aptGet(args: readonly string[], deadline: number): boolean {
  const timeout = deadline - Date.now();
  if (timeout <= 0) return false;
  // Run level 1 keeps what is installed from starting a server of its own: the tests start theirs.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  return spawnSync('apt-get', ['-qq', ...args], { stdio: 'ignore', timeout, env }).status === 0;
}
