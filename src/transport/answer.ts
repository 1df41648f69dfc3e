import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import type { OutgoingAnswer } from '../ports/transport.ts';
import { announcesBody } from './request-head.ts';

/** So much of a body that nobody wants is still read, for so long; then the connection is cut. */
const DRAIN_BYTES = 64 * 1024;
const DRAIN_MS = 2_000;
/** A cut while octets lie unread resets the connection, and the peer may lose the answer: it gets this long to read it. */
const LINGER_MS = 500;

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Sends an answer; `close` when the connection must end with it. A body that was not read to its end ends it too. */
export function sendAnswer(exchange: Exchange, answer: OutgoingAnswer, close: boolean): void {
  const { request, response } = exchange;
  if (response.destroyed || request.socket.destroyed) {
    if (answer.body instanceof Readable) answer.body.destroy();
    answer.written?.(false);
    return;
  }
  if (answer.written !== undefined) tellWhenWritten(response, answer.written);
  // Node calls a request complete only after this turn, also one that has no body.
  const isUnread = !request.complete && announcesBody(request.headers);
  response.writeHead(answer.status, headersOf(answer, close || isUnread));
  if (answer.body instanceof Readable) {
    pipeline(answer.body, response, () => undefined);
    return;
  }
  if (!isUnread) {
    response.end(answer.body);
    return;
  }
  // All octets of the answer leave now; `end` is what makes Node close the connection.
  if (answer.body === undefined) response.flushHeaders();
  else response.write(answer.body);
  drain(request, () => response.end());
}

function headersOf(answer: OutgoingAnswer, close: boolean): Record<string, string | number> {
  const headers: Record<string, string | number> = { ...answer.headers };
  if (answer.status !== 204) headers['Content-Length'] = lengthOf(answer);
  if (close) headers['Connection'] = 'close';
  return headers;
}

function lengthOf({ body, contentLength }: OutgoingAnswer): number {
  return body instanceof Readable || body === undefined ? (contentLength ?? 0) : body.length;
}

/** `finish`: the last octet is with the system. It never comes where the connection breaks before. */
function tellWhenWritten(response: ServerResponse, written: (whole: boolean) => void): void {
  response.once('close', () => written(response.writableFinished));
}

function drain(request: IncomingMessage, done: () => void): void {
  let size = 0;
  let timer = setTimeout(stop, DRAIN_MS);
  function stop(): void {
    clearTimeout(timer);
    request.off('data', onData).off('end', stop).off('close', stop).pause();
    done();
  }
  function onData(chunk: Buffer): void {
    size += chunk.length;
    if (size <= DRAIN_BYTES) return;
    request.off('data', onData).pause();
    clearTimeout(timer);
    timer = setTimeout(stop, LINGER_MS);
  }
  request.on('data', onData).on('end', stop).on('close', stop).resume();
}
