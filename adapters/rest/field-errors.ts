import { GatewayError } from '../../src/index.ts';

export interface FieldError {
  /** JSON pointer into the body, or the name of a parameter, header or part. */
  readonly location: string;
  readonly detail: string;
}

/** A refusal that names everything that is wrong; REQUEST_INVALID unless `error` says otherwise. */
export class FieldErrors extends Error {
  readonly errors: readonly FieldError[];
  readonly error: GatewayError;
  constructor(errors: readonly FieldError[], error = invalid(errors)) {
    super('fields are not valid');
    this.errors = errors;
    this.error = error;
  }
}

/** What is wrong beyond that shows once these are mended. */
const MOST_ERRORS = 50;
/** What a JSON Schema validator found, in our words. */
export function fieldErrors(
  found: readonly {
    readonly instancePath: string;
    readonly keyword: string;
    readonly params: object;
    readonly message?: string;
  }[],
  context: string,
  known?: readonly string[],
): readonly FieldError[] {
  return found.slice(0, MOST_ERRORS).map(({ instancePath, keyword, params, message }) => {
    const names: Readonly<Record<string, unknown>> = { ...params };
    const extra = names['additionalProperty'];
    if (keyword === 'additionalProperties' && typeof extra === 'string') {
      return { location: place(`${instancePath}/${extra}`, context), detail: `is not known here${knownNames(known)}` };
    }
    const missing = names['missingProperty'];
    if (keyword === 'required' && typeof missing === 'string') {
      return { location: place(`${instancePath}/${missing}`, context), detail: 'is required' };
    }
    if (keyword === 'pattern')
      return { location: place(instancePath, context), detail: 'has not the form wanted here' };
    const allowed = names['allowedValues'];
    const detail = Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : (message ?? 'is not valid');
    return { location: place(instancePath, context), detail };
  });
}

function knownNames(known: readonly string[] | undefined): string {
  if (known === undefined) return '';
  return known.length === 0 ? '; this takes no parameters' : `; known are ${known.join(', ')}`;
}

/** Parameters are named, places in a body are JSON pointers. */
function place(path: string, context: string): string {
  return context === 'body' ? path : path.replace(/^\//, '');
}

export function invalid(errors: readonly FieldError[]): GatewayError {
  const [first] = errors;
  return new GatewayError('REQUEST_INVALID', {
    ...(first === undefined ? {} : { location: first.location }),
    detail: errors.map(({ location, detail }) => `${location === '' ? 'body' : location} ${detail}`).join('; '),
  });
}
