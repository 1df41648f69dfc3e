import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ERRORS, GatewayError } from '../index.ts';
import type { ErrorCode } from '../index.ts';
import { readCredentials } from './api-credentials.ts';
import type { ApiCredentials } from './api-credentials.ts';
import type { ApiOptions } from './commands/options.ts';

export interface ApiRequest {
  readonly method?: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | Readable;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Speaks to the API of a running gateway; refusals come back as the GatewayError that the gateway threw. */
export class ApiClient {
  readonly #base: string;
  readonly #credentials: ApiCredentials;

  constructor(base: string, credentials: ApiCredentials = {}) {
    this.#base = base.replace(/\/$/, '');
    this.#credentials = credentials;
  }

  /** Throws GATEWAY_UNREACHABLE, or what the gateway refused with. */
  async json(path: string, request: ApiRequest = {}): Promise<JsonObject> {
    const text = (await this.octets(path, request)).toString('utf8') || '{}';
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw this.#noGateway('is no JSON', cause);
    }
    return isObject(value) ? value : {};
  }

  async octets(path: string, request: ApiRequest = {}): Promise<Buffer> {
    return readAll(await this.stream(path, request));
  }

  async stream(path: string, request: ApiRequest = {}): Promise<IncomingMessage> {
    const answer = await this.#send(path, request);
    if ((answer.statusCode ?? 500) < 300) return answer;
    const status = answer.statusCode ?? 500;
    throw refusalOf((await readAll(answer)).toString('utf8')) ?? this.#noGateway(`is HTTP ${status} without a code`);
  }

  #send(path: string, { method = 'GET', query = {}, headers = {}, body }: ApiRequest): Promise<IncomingMessage> {
    const url = new URL(`${this.#base}/api/v1${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const { key, tls } = this.#credentials;
    const authorization = key === undefined ? {} : { Authorization: `Bearer ${key}` };
    return new Promise((resolve, reject) => {
      const options = { ...tls, method, headers: { ...headers, ...authorization }, agent: false } as const;
      const outgoing = send(url, options, resolve);
      outgoing.on('error', (cause) => reject(this.#unreachable(cause)));
      if (body instanceof Readable) pipeline(body, outgoing).catch(reject);
      else outgoing.end(body);
    });
  }

  /** Something else listens there, or stands between. */
  #noGateway(what: string, cause?: unknown): GatewayError {
    return new GatewayError('GATEWAY_UNREACHABLE', { detail: `the answer of ${this.#base} ${what}`, cause });
  }

  #unreachable(cause: Error): GatewayError {
    const why = 'code' in cause && cause.code === 'ECONNREFUSED' ? '' : `: ${cause.message}`;
    return new GatewayError('GATEWAY_UNREACHABLE', { detail: `nothing answers at ${this.#base}${why}`, cause });
  }
}

/** By --api, else from the configuration. Throws CONFIG_INVALID, OPTION_INVALID, FILE_MISSING. */
export async function openApiClient(options: ApiOptions): Promise<ApiClient> {
  const { api, config } = options;
  if (api !== undefined) {
    if (!/^https?:\/\//.test(api) || !URL.canParse(api)) {
      throw new GatewayError('OPTION_INVALID', { location: '--api', detail: `${api} is no http(s) URL` });
    }
    return new ApiClient(api, await readCredentials(options, []));
  }
  const { apiAddress, apiAuthorities } = await import('../app/api-address.ts');
  return new ApiClient(apiAddress(config), await readCredentials(options, apiAuthorities(config)));
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a member; empty when there is none. */
export function textOf(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export function listOf(object: JsonObject, name: string): readonly JsonObject[] {
  const value = object[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function textsOf(object: JsonObject, name: string): readonly string[] {
  const value = object[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function refusalOf(body: string): GatewayError | undefined {
  const problem = parseProblem(body);
  return isErrorCode(problem['code']) ? problemError(problem) : undefined;
}

/** What a problem document says, as our error. */
export function problemError(problem: JsonObject): GatewayError {
  const { code } = problem;
  if (!isErrorCode(code))
    return new GatewayError('GATEWAY_UNREACHABLE', { detail: `it answers ${JSON.stringify(code)}` });
  const errors = listOf(problem, 'errors').map((one) => `${textOf(one, 'location')} ${textOf(one, 'detail')}`);
  const fault = problem['fault'];
  const said = isObject(fault) ? describeFault(fault) : textOf(problem, 'detail');
  const detail = errors.length > 0 ? errors.join('\n') : said;
  const location = textOf(problem, 'location');
  const where = location === '' || errors.length > 0 ? {} : { location };
  if (code === 'INTERNAL') return new GatewayError(code, { detail: `reference ${textOf(problem, 'instance')}` });
  return new GatewayError(code, { ...where, ...(detail === '' ? {} : { detail }) });
}

/** What a partner said, in a few lines. */
function describeFault(fault: JsonObject): string {
  const { faultcode } = fault;
  const code = isObject(faultcode) ? textOf(faultcode, 'localName') : '';
  const actor = textOf(fault, 'faultactor');
  const head = `${code}: ${textOf(fault, 'faultstring')}`;
  return [head, ...(actor === '' ? [] : [`by ${actor}`]), ...textsOf(fault, 'detail')].join('\n');
}

function parseProblem(body: string): JsonObject {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
