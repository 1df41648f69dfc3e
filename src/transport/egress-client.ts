import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import { Slices } from '../clock/slices.ts';
import { GatewayError } from '../errors.ts';
import type { Egress, EgressAnswer, EgressRequest, EgressRules } from '../ports/egress.ts';
import { askBackend } from './ask-backend.ts';
import { isLoopback } from './loopback.ts';
import { isPublicAddress } from './public-address.ts';
import { Agent, request as requestBy } from './undici-parts.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const MOST_ANSWER_BYTES = 64 * 2 ** 10;
/** To one host and port: a question holds one for as long as its answer takes. */
const MAX_CONNECTIONS = 128;

/** How names become addresses; the system's where not given. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

const resolveBySystem: Resolve = (name) =>
  new Promise((done, failed) => {
    lookup(name, { all: true }, (error, addresses) => (error === null ? done(addresses) : failed(error)));
  });

/**
 * Asks addresses of applications, and nothing else: what a name resolves to is judged each time a connection is made,
 * and the connection goes to the address that was judged.
 */
export function createEgress(rules: EgressRules, resolve: Resolve = resolveBySystem): Egress {
  const named = readNetworks(rules.networks);
  const connect = { timeout: CONNECT_TIMEOUT_MS, lookup: judgingLookup(named, resolve), ...trusted(rules) };
  // Every request has its own time.
  const timeouts = { headersTimeout: 0, bodyTimeout: 0 };
  const agent = new Agent({ allowH2: false, pipelining: 1, connections: MAX_CONNECTIONS, connect, ...timeouts });
  const slices = new Slices();
  return {
    async request(request) {
      const url = permitted(request.url, rules, named);
      try {
        return await ask(agent, url, request);
      } catch (error) {
        throw asFailure(error, url);
      }
    },
    async ask(question) {
      const url = permitted(question.url, rules, named);
      const headers = { ...question.headers, 'content-length': String(question.body.byteLength) };
      try {
        return await askBackend(agent, { ...question, url, headers }, slices);
      } catch (error) {
        throw error instanceof GatewayError && error.cause instanceof JudgedInside
          ? refused(error.cause.message)
          : error;
      }
    },
    close: () => agent.destroy(),
  };
}

function trusted({ ca }: EgressRules): { readonly ca?: (string | Buffer)[] } {
  return ca === undefined ? {} : { ca: [...rootCertificates, ...ca.map((one) => Buffer.from(one))] };
}

interface Named {
  readonly hosts: ReadonlySet<string>;
  readonly addresses: BlockList;
}

function readNetworks(networks: readonly string[]): Named {
  const addresses = new BlockList();
  const hosts = new Set<string>();
  for (const text of networks) {
    const [address = '', prefix] = text.split('/');
    const version = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(address) === 0) hosts.add(text.toLowerCase());
    else if (prefix === undefined) addresses.addAddress(address, version);
    else addresses.addSubnet(address, Number(prefix), version);
  }
  return { hosts, addresses };
}

/** Throws EGRESS_REFUSED. */
function permitted(text: string, { allowPlain }: EgressRules, named: Named): URL {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw refused(`${text} is no http(s) address`);
  const host = bare(url.hostname);
  if (url.protocol === 'http:' && !allowPlain && !isLoopback(host)) throw refused(`${url.host}: not without TLS`);
  // A name is judged when it is resolved; an address is never resolved.
  if (isIP(host) !== 0 && !mayAsk(host, host, named)) throw refused(`${host} is an address of the own network`);
  return url;
}

/** Of the Internet, named, or this machine where the URL says so itself: a name that leads there is not enough. */
function mayAsk(address: string, host: string, named: Named): boolean {
  if (isPublicAddress(address) || named.hosts.has(host)) return true;
  if (isLoopback(host) && isLoopback(address)) return true;
  return named.addresses.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function judgingLookup(named: Named, resolve: Resolve): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (addresses) =>
        answerLookup(callback, options, {
          name,
          good: addresses.filter(({ address }) => mayAsk(address, name.toLowerCase(), named)),
        }),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), []),
    );
  };
}

function answerLookup(
  callback: Parameters<LookupFunction>[2],
  options: LookupOptions,
  { name, good }: { readonly name: string; readonly good: readonly LookupAddress[] },
): void {
  const [first] = good;
  if (first === undefined) callback(new JudgedInside(`${name} resolves to the own network`), []);
  else if (options.all === true) callback(null, [...good]);
  else callback(null, first.address, first.family);
}

class JudgedInside extends Error {}

async function ask(agent: Dispatcher, url: URL, request: EgressRequest): Promise<EgressAnswer> {
  const { method, headers, body, timeoutMs } = request;
  const answer = await requestBy(agent, {
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers: { ...headers },
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body }),
  });
  const fields = Object.entries(answer.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return { status: answer.statusCode, headers: Object.fromEntries(fields), body: await firstOctets(answer.body) };
}

/** Reads no more than is kept: what an application says beyond that is of no use. */
async function firstOctets(body: AsyncIterable<Uint8Array> & { destroy(): unknown }): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.byteLength;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size >= MOST_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES);
}

function asFailure(error: unknown, { host }: URL): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof JudgedInside) return refused(error.message);
  const message = error instanceof Error ? error.message : String(error);
  return new GatewayError('HANDOVER_FAILED', { detail: `${host}: ${message}`, cause: error });
}

function refused(detail: string): GatewayError {
  return new GatewayError('EGRESS_REFUSED', { location: 'url', detail });
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}
