import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { GatewayError } from '../errors.ts';
import type { ListFetcher } from '../ports/trust.ts';
import { isPublicAddress } from './public-address.ts';
import { Agent, request } from './undici-parts.ts';

export interface ListFetcherOptions {
  /** `host` or `host:port`. When there are any, nothing else is asked, and these may be in the own network. */
  readonly hosts: readonly string[];
  /** For everything, from the name to the last octet. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/**
 * Fetches revocation lists from addresses that certificates name: with GET, over http(s), following nothing, no more than
 * `maxBytes`, and never from an address of the own machine or network, whatever a name resolves to.
 */
export function createListFetcher({ hosts, timeoutMs = TIMEOUT_MS }: ListFetcherOptions): ListFetcher {
  const listed = new Set(hosts.map((host) => host.toLowerCase()));
  return async (text, maxBytes) => {
    const url = permitted(text, listed);
    const guarded = listed.size === 0;
    const agent = new Agent({
      connect: { timeout: timeoutMs, ...(guarded ? { lookup: publicLookup } : {}) },
      connections: 1,
      maxResponseSize: maxBytes,
      allowH2: false,
    });
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const { origin, pathname, search } = url;
      const headers = { accept: '*/*' };
      const answer = await request(agent, { origin, path: pathname + search, method: 'GET', headers, signal });
      if (answer.statusCode !== 200) throw unreachable(`${url.href} answers ${answer.statusCode}`);
      return await gather(answer.body, maxBytes, url);
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      throw unreachable(`${url.href}: ${error instanceof Error ? error.message : String(error)}`, error);
    } finally {
      await agent.destroy();
    }
  };
}

function permitted(text: string, listed: ReadonlySet<string>): URL {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') {
    throw unreachable(`${text} is no http(s) address`);
  }
  if (listed.size > 0) {
    if (listed.has(url.host) || listed.has(url.hostname)) return url;
    throw unreachable(`${url.host} is not in revocation.hosts`);
  }
  // A name is judged when it is resolved; an address is never resolved.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw unreachable(`${host} is an address of the own network`);
  return url;
}

/** Names that resolve to an address inside resolve to nothing. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  const all: LookupOptions & { all: true } = { ...options, all: true };
  lookup(hostname, all, (error, addresses) => {
    if (error !== null) {
      callback(error, []);
      return;
    }
    const [first, ...rest] = addresses.filter(({ address }) => isPublicAddress(address));
    if (first === undefined) callback(new Error(`${hostname} resolves to the own network`), []);
    else if (options.all === true) callback(null, [first, ...rest] satisfies LookupAddress[]);
    else callback(null, first.address, first.family);
  });
};

async function gather(body: AsyncIterable<Uint8Array>, maxBytes: number, { href }: URL): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw unreachable(`${href} is larger than ${maxBytes} octets`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unreachable(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('CRL_UNREACHABLE', { detail, cause });
}
