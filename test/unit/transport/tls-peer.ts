import { connect, type ConnectionOptions } from 'node:tls';
import { testTls } from '../../setup/test-tls.ts';
import { httpRequest } from './open-endpoint.ts';

export interface TlsExchange {
  readonly answer: string;
  readonly protocol: string | null;
  readonly cipher: string;
  readonly isResumed: boolean;
  /** The last ticket that the endpoint gave. */
  readonly session: Buffer | undefined;
}

/** One request over a TLS connection of its own; rejects when the connection ends without an answer. */
export async function tlsExchange(port: number, options: ConnectionOptions = {}): Promise<TlsExchange> {
  const { ca, client } = await testTls();
  const identity = { key: client.key, cert: client.certificate, ca: ca.certificate };
  const socket = connect({ host: '127.0.0.1', port, ...identity, ...options });
  let answer = '';
  let session: Buffer | undefined;
  let agreed: Pick<TlsExchange, 'protocol' | 'cipher' | 'isResumed'> | undefined;
  socket.once('secureConnect', () => {
    agreed = { protocol: socket.getProtocol(), cipher: socket.getCipher().name, isResumed: socket.isSessionReused() };
  });
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  socket.on('session', (ticket) => {
    session = ticket;
  });
  socket.write(httpRequest(['Content-Length: 0', 'Connection: close']));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => {
      if (answer === '' || agreed === undefined) reject(new Error('closed without an answer'));
      else resolve({ answer, session, ...agreed });
    });
  });
}
