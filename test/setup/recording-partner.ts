import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface Recorded {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface PartnerAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface RecordingPartner {
  readonly url: string;
  /** Every request so far. */
  readonly requests: readonly Recorded[];
  /** The request with this number (from 1), now or when it comes. */
  request(number: number): Promise<Recorded>;
  close(): Promise<void>;
}

/** A partner on a real socket that keeps what it gets and answers as told; 204 where nothing is told. */
export async function openRecordingPartner(
  answerTo: (request: Recorded, number: number) => PartnerAnswer | Promise<PartnerAnswer> = () => ({ status: 204 }),
): Promise<RecordingPartner> {
  const requests: Recorded[] = [];
  const waiting = new Map<number, (recorded: Recorded) => void>();
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const recorded = { headers: incoming.headers, body: Buffer.concat(chunks) };
      requests.push(recorded);
      void Promise.resolve(answerTo(recorded, requests.length)).then(({ status, headers, body }) => {
        response.writeHead(status, headers);
        response.end(body);
      });
      waiting.get(requests.length)?.(recorded);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/ebms`,
    requests,
    request(number) {
      const recorded = requests[number - 1];
      return recorded === undefined
        ? new Promise((resolve) => waiting.set(number, resolve))
        : Promise.resolve(recorded);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
