import { GatewayError, toGatewayError } from '../errors.ts';
import type { Route, RouteJson } from '../msh/handover/routes.ts';
import { createTranslation } from '../wus/json/translation.ts';
import { keyOf } from '../wus/wsdl/names.ts';
import { opaqueBelow } from '../wus/wsdl/rules/schemas.ts';
import type { XsdElement, XsdSchema } from '../wus/wsdl/schema/schema.ts';
import type { Config } from './config/config.ts';
import { didYouMean } from './config/read-value.ts';
import { nearest } from './config/suggest.ts';
import { inspectSchemaFile } from './wsdl-files.ts';

/** The routing table with the schemas that it names. Throws CONFIG_INVALID that names all that is wrong. */
export async function loadRoutes({ routes }: Pick<Config, 'routes'>): Promise<readonly Route[]> {
  const loaded = await tryRoutes({ routes });
  if (loaded.problems.length === 0) return loaded.routes;
  throw new GatewayError('CONFIG_INVALID', { location: 'routes', detail: loaded.problems.join('; ') });
}

export interface TriedRoutes {
  readonly routes: readonly Route[];
  readonly problems: readonly string[];
  /** What of a schema JSON cannot hold: a message that has it is refused. */
  readonly warnings: readonly string[];
}

/** As `loadRoutes`, for who explains what is wrong. */
export async function tryRoutes({ routes }: Pick<Config, 'routes'>): Promise<TriedRoutes> {
  const problems: string[] = [];
  const warnings: string[] = [];
  const loaded = await Promise.all(
    routes.map(async (rule, index): Promise<Route> => {
      if (rule.json === undefined) return rule;
      const tell = (reason: string): string => `rule ${index + 1}: json: ${reason}`;
      const root = await load(rule.json);
      if (typeof root === 'string') {
        problems.push(tell(root));
        return rule;
      }
      warnings.push(...opaqueBelow(root.declared, new Set()).map(tell));
      return { ...rule, translation: createTranslation(root.declared.name, root.schema) };
    }),
  );
  return { routes: loaded, problems, warnings };
}

interface Root {
  readonly declared: XsdElement;
  readonly schema: XsdSchema;
}

/** The root element, or why it cannot be used. */
async function load({ schema: file, element }: RouteJson): Promise<Root | string> {
  const inspected = await inspectSchemaFile(file).catch((thrown: unknown) => toGatewayError(thrown).message);
  if (typeof inspected === 'string') return inspected;
  const { schema, findings } = inspected;
  if (schema === undefined) return findings.map(({ code, place, text }) => `${place}: ${code}: ${text}`).join(', ');
  const declared = find(element, schema);
  if (typeof declared === 'string') return `${file} ${declared}`;
  const type = declared.type();
  return type.kind === 'any'
    ? `${declared.name.localName} of ${file} cannot be translated: ${type.reason}`
    : { declared, schema };
}

/** The root element, or why it is not known. */
function find(wanted: string | undefined, { elements }: XsdSchema): XsdElement | string {
  const all = [...elements.values()];
  const found =
    wanted === undefined ? all : all.filter(({ name }) => keyOf(name) === wanted || name.localName === wanted);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (all.length === 0) return 'declares no element';
  const names = all.map(({ name }) => keyOf(name));
  const near = wanted === undefined ? undefined : nearest(wanted, [...names, ...all.map(({ name }) => name.localName)]);
  if (found.length === 0) return `declares no ${wanted}${didYouMean(near)}`;
  return `declares several: name one as element: ${names.slice(0, SHOWN).join(', ')}`;
}

const SHOWN = 10;
