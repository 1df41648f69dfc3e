import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface Posted {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WebhookReceiver {
  readonly url: string;
  /** What was posted, OPTIONS left out. */
  readonly posted: readonly Posted[];
  readonly asked: readonly Posted[];
  /** Status and headers of the following answers, one each; 204 where there is none. */
  readonly answers: { readonly status: number; readonly headers?: Record<string, string> }[];
  /** What OPTIONS is answered with as WebHook-Allowed-Origin; undefined: nothing. */
  allow: string | undefined;
  /** Beside it, as WebHook-Allowed-Rate. */
  rate: string | undefined;
  /** Waits until so much was posted. */
  until(count: number): Promise<readonly Posted[]>;
  close(): Promise<void>;
}

/** An application that takes webhooks, over real HTTP on this machine. */
export async function openWebhookReceiver(): Promise<WebhookReceiver> {
  const posted: Posted[] = [];
  const asked: Posted[] = [];
  const answers: WebhookReceiver['answers'] = [];
  const waiting: { readonly count: number; readonly done: () => void }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { method: request.method ?? '', headers: request.headers, body: Buffer.concat(chunks) };
      if (one.method === 'OPTIONS') {
        asked.push(one);
        const { allow, rate } = receiver;
        if (allow !== undefined) response.setHeader('WebHook-Allowed-Origin', allow);
        if (rate !== undefined) response.setHeader('WebHook-Allowed-Rate', rate);
        response.writeHead(200).end();
        return;
      }
      const { status, headers } = answers.shift() ?? { status: 204 };
      response.writeHead(status, headers).end();
      posted.push(one);
      for (const { count, done } of waiting) if (posted.length >= count) done();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${port}/hook`,
    posted,
    asked,
    answers,
    allow: '*',
    rate: undefined,
    async until(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ count, done: resolve });
      if (posted.length >= count) resolve();
      await promise;
      return posted;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return receiver;
}
