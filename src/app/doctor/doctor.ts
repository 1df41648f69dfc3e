import { toGatewayError } from '../../errors.ts';
import { configError } from '../config/problems.ts';
import { inspectConfig } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { strayVariables } from '../config/stray-variables.ts';
import { checkApi } from './check-api.ts';
import { checkBroker } from './check-broker.ts';
import { checkClock } from './check-clock.ts';
import { checkContracts } from './check-contracts.ts';
import { checkDisk } from './check-disk.ts';
import { checkFiles } from './check-files.ts';
import { checkFolders } from './check-folders.ts';
import { checkKeys } from './check-keys.ts';
import { checkPorts } from './check-ports.ts';
import { checkRevocation } from './check-revocation.ts';
import { checkRoutes } from './check-routes.ts';
import { checkWus } from './check-wus.ts';
import { bad, doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

export type { DoctorFinding } from './finding.ts';

type Check = (config: Config) => Promise<readonly DoctorFinding[]>;

const CHECKS: readonly (readonly [string, Check])[] = [
  ['folders', checkFolders],
  ['disk', checkDisk],
  ['clock', checkClock],
  ['keys', checkKeys],
  ['api', checkApi],
  ['revocation', checkRevocation],
  ['ports', checkPorts],
  ['contracts', checkContracts],
  ['routes', checkRoutes],
  ['files', checkFiles],
  ['amqp', checkBroker],
  ['wus', checkWus],
];

/** Looks at everything that a gateway needs, changes nothing, and says what to do. Never throws. */
export async function examine(
  file: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<readonly DoctorFinding[]> {
  const config = readable(file, environment);
  if (!('name' in config)) return [config];
  const findings = [good('configuration', config.file), ...checkVariables(environment)];
  for (const [name, check] of CHECKS) findings.push(...(await guarded(name, () => check(config))));
  return findings;
}

function readable(file: string, environment: NodeJS.ProcessEnv): Config | DoctorFinding {
  try {
    const { config, problems } = inspectConfig(file, environment);
    if (config !== undefined) return config;
    throw configError(problems);
  } catch (thrown) {
    const error = toGatewayError(thrown);
    return bad('configuration', error.message, error.row.remedy);
  }
}

function checkVariables(environment: NodeJS.ProcessEnv): readonly DoctorFinding[] {
  return strayVariables(environment).map(({ name, near }) => {
    const meant = near === undefined ? '' : ` (did you mean ${near}?)`;
    const text = `${name} is no setting and is passed over${meant}`;
    return doubt('configuration', text, 'Check its name in docs/configuration.md.');
  });
}

async function guarded(
  name: string,
  check: () => Promise<readonly DoctorFinding[]>,
): Promise<readonly DoctorFinding[]> {
  try {
    return await check();
  } catch (thrown) {
    const error = toGatewayError(thrown);
    return [bad(name, error.message, error.row.remedy)];
  }
}
