import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { SOAP_NS } from '../../src/soap/envelope.ts';

export interface BackendCall {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface BackendReply {
  readonly status?: number;
  readonly contentType?: string;
  readonly body: string | Uint8Array;
}

/** An application behind a provided service, over real HTTP. */
export interface TestBackend {
  readonly url: string;
  /** What it was asked, in order. */
  readonly calls: readonly BackendCall[];
  /** How it answers from now on; undefined: not at all. */
  answer: (call: BackendCall) => BackendReply | undefined | Promise<BackendReply | undefined>;
  close(): Promise<void>;
}

export async function openBackend(answer: TestBackend['answer'], calls: BackendCall[] = []): Promise<TestBackend> {
  const server = createServer((request, response) => {
    void buffer(request).then(async (body) => {
      const call = { headers: request.headers, body };
      calls.push(call);
      const reply = await backend.answer(call);
      if (reply === undefined) return;
      const { status = 200, contentType = 'text/xml; charset=utf-8' } = reply;
      response.writeHead(status, { 'content-type': contentType }).end(reply.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const backend: TestBackend = {
    url: `http://127.0.0.1:${port}/dienst`,
    calls,
    answer,
    close() {
      if (!server.listening) return Promise.resolve();
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
  return backend;
}

export function soapEnvelope(body: string): string {
  return `<s:Envelope xmlns:s="${SOAP_NS}"><s:Body>${body}</s:Body></s:Envelope>`;
}

export function soapFault(detail = '', code = 's:Server', text = 'Het register is gesloten'): BackendReply {
  const fault = `<s:Fault><faultcode>${code}</faultcode><faultstring>${text}</faultstring>${detail}</s:Fault>`;
  return { status: 500, body: soapEnvelope(fault) };
}
