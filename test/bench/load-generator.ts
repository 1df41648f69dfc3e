import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import { Connection } from './connection.ts';

/** Of a partner that is in a hurry. */
export const CONNECTIONS = 64;

export interface LoadTarget {
  readonly url: URL;
  readonly tls: ConnectionOptions;
  readonly connections: number;
}

export interface Load {
  readonly requests: readonly Buffer[];
  /** Requests a second, whether or not the answers keep up. Without it: as fast as answers come. */
  readonly rate?: number;
  readonly answered?: (body: Buffer, index: number) => void;
}

export interface LoadResult {
  /** ms from when a request was due until its answer was there, sorted. */
  readonly latencies: readonly number[];
  readonly seconds: number;
}

/** One whole HTTP request, head and body, made beforehand so that sending costs as little as can be. */
export function httpRequest(url: URL, headers: Readonly<Record<string, string>>, body: Uint8Array): Buffer {
  const lines = Object.entries({ host: url.host, ...headers, 'content-length': String(body.length) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${head}\r\n`), body]);
}

/**
 * Sends every request once, over a fixed number of kept-alive mutual TLS connections, each with one request under way.
 * Any answer but a 200 with a Content-Length or a 204 ends the run with an error.
 */
export async function generateLoad(target: LoadTarget, load: Load): Promise<LoadResult> {
  const opening = Array.from({ length: target.connections }, () => Connection.open(target.url, target.tls));
  const lines = await Promise.all(opening);
  const failed = Promise.race(lines.map(({ failed: one }) => one));
  try {
    const run = new Run(load, lines);
    const started = performance.now();
    await Promise.race([load.rate === undefined ? run.flood() : run.pace(load.rate), failed]);
    const seconds = (performance.now() - started) / 1000;
    return { latencies: run.latencies.sort((a, b) => a - b), seconds };
  } finally {
    for (const line of lines) line.close();
  }
}

class Run {
  readonly latencies: number[] = [];
  readonly #load: Load;
  readonly #idle: Connection[];
  /** When the requests that found no idle connection were due. */
  readonly #due: number[] = [];
  #next = 0;
  #done: () => void = () => undefined;

  constructor(load: Load, lines: readonly Connection[]) {
    this.#load = load;
    this.#idle = [...lines];
  }

  async flood(): Promise<void> {
    const now = performance.now();
    await this.#all(() => {
      for (const line of this.#idle.splice(0)) this.#send(line, now);
    });
  }

  async pace(rate: number): Promise<void> {
    await this.#all(() => void this.#ticks(rate));
  }

  /** Timers are late by a millisecond or so: what fell due meanwhile goes at once, and counts from when it was due. */
  async #ticks(rate: number): Promise<void> {
    const { length } = this.#load.requests;
    const started = performance.now();
    for (let sent = 0; sent < length; ) {
      const now = performance.now();
      for (let at = started + (sent * 1000) / rate; sent < length && at <= now; at = started + (sent * 1000) / rate) {
        sent++;
        const line = this.#idle.pop();
        if (line === undefined) this.#due.push(at);
        else this.#send(line, at);
      }
      await sleep(1);
    }
  }

  #all(begin: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#done = resolve;
      begin();
    });
  }

  #send(line: Connection, due: number): void {
    const { requests, answered } = this.#load;
    const index = this.#next++;
    const request = requests[index];
    if (request === undefined) return;
    line.send(request, (body) => {
      this.latencies.push(performance.now() - due);
      answered?.(body, index);
      if (this.latencies.length === requests.length) this.#done();
      else this.#again(line);
    });
  }

  #again(line: Connection): void {
    const waiting = this.#load.rate === undefined ? performance.now() : this.#due.shift();
    if (waiting === undefined) this.#idle.push(line);
    else this.#send(line, waiting);
  }
}
