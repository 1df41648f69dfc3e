import { unreachableRules } from '../../msh/handover/routes.ts';
import type { Config } from '../config/config.ts';
import { tryRoutes } from '../load-routes.ts';
import { bad, doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

const SCHEMA =
  'Name an XML Schema, or a WSDL with one in it, that declares the root element of the payloads (docs/json.md); what it imports lies beside it or below.';

const PARTIAL =
  'Messages without it are translated; one that has it is refused. Where partners send it, let the route leave the XML as it is.';

/** That each rule of `routes` can decide something, and finds its schema. */
export async function checkRoutes({ routes }: Config): Promise<readonly DoctorFinding[]> {
  const { problems, warnings } = await tryRoutes({ routes });
  const unusable = problems.map((problem) => bad('routes', problem, SCHEMA));
  const partial = warnings.map((warning) => doubt('routes', warning, PARTIAL));
  const shadowed = unreachableRules(routes).map(({ rule, behind }) =>
    doubt(
      'routes',
      `rule ${rule} can never decide: rule ${behind} matches all that it would`,
      'Put the narrower rule first, or leave it out; `postiljon route explain` shows what decides.',
    ),
  );
  const wrong = [...unusable, ...partial, ...shadowed];
  return routes.length > 0 && wrong.length === 0 ? [good('routes', `${routes.length} rules`)] : wrong;
}
