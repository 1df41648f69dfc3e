import { unreachableRules } from '../../msh/handover/routes.ts';
import type { Config } from '../config/config.ts';
import { doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

/** That each rule of `routes` can decide something. */
export function checkRoutes({ routes }: Config): Promise<readonly DoctorFinding[]> {
  const shadowed = unreachableRules(routes).map(({ rule, behind }) =>
    doubt(
      'routes',
      `rule ${rule} can never decide: rule ${behind} matches all that it would`,
      'Put the narrower rule first, or leave it out; `postiljon route explain` shows what decides.',
    ),
  );
  const all = routes.length > 0 && shadowed.length === 0 ? [good('routes', `${routes.length} rules`)] : [];
  return Promise.resolve([...shadowed, ...all]);
}
