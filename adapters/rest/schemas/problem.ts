import { ERRORS } from '../../../src/index.ts';
import { PROBLEM_TYPE } from '../problem.ts';
import { FAULT } from './wus.ts';

/** @spec RFC 9457; ADR /core/error-handling/problem-details */
export const PROBLEM = {
  $id: 'Problem',
  type: 'object',
  properties: {
    type: { type: 'string', format: 'uri', description: '`urn:postiljon:error:` and the code.' },
    title: { type: 'string', description: 'One fixed sentence for the code; may be reworded.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    detail: { type: 'string', description: 'The particulars of this case.' },
    code: { type: 'string', enum: Object.keys(ERRORS), description: 'What a program may rely on.' },
    location: { type: 'string', description: 'Where: a JSON pointer, a parameter, or a place in an XML document.' },
    errors: {
      type: 'array',
      description: 'Everything that is wrong, not only the first.',
      items: {
        type: 'object',
        properties: { location: { type: 'string' }, detail: { type: 'string' } },
        required: ['location', 'detail'],
      },
    },
    remedy: { type: 'string', description: 'What to do.' },
    instance: { type: 'string', format: 'uri', description: '`urn:uuid:` of this request, which the log names too.' },
    fault: FAULT,
  },
  required: ['type', 'title', 'status', 'code', 'remedy', 'instance'],
} as const;

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is not valid.',
  401: 'It is not known who calls.',
  403: 'The application may not do this, or the request comes from a web page or names another host.',
  404: 'There is no such thing.',
  405: 'The method is not served here.',
  409: 'The request contradicts what is stored.',
  410: 'It was there, and is no longer known.',
  413: 'The request is larger than allowed.',
  415: 'The media type is not read here.',
  422: 'The CPA does not allow it, or the content cannot be translated.',
  429: 'Too many requests from this address failed to say who calls, or the application does too much at a time; Retry-After says when to try again.',
  500: 'Something went wrong inside.',
  501: 'The CPA asks what this gateway does not do.',
  502: 'The partner could not be reached, refused, or gave an answer that cannot be used.',
  503: 'The store cannot be used now, or the gateway is stopping.',
  504: 'The partner did not answer in time.',
};

/** Error answers of a route; 400, 403, 500 and 503 may come from each. */
export function problems(...statuses: readonly number[]): Readonly<Record<number, object>> {
  return refusals(...new Set([400, 403, ...statuses, 500, 503]));
}

/** Error answers with these statuses, no others. */
export function refusals(...statuses: readonly number[]): Readonly<Record<number, object>> {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: DESCRIPTIONS[status] ?? 'The request is refused.',
        content: { [PROBLEM_TYPE]: { schema: { $ref: 'Problem#' } } },
      },
    ]),
  );
}

/** An answer in JSON. */
export function answer(description: string, schema: object): object {
  return { description, content: { 'application/json': { schema } } };
}
