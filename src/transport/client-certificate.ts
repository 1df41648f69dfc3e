import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

const seen = new WeakMap<Socket, Uint8Array>();

/**
 * DER of the certificate that the other side of a socket showed; `undefined` on plain HTTP. TLS has chained it already.
 * Kept by socket: getting it costs more than the rest of a small request.
 */
export function clientCertificateOf(socket: Socket): Uint8Array | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const known = seen.get(socket);
  if (known !== undefined) return known;
  const certificate = socket.getPeerX509Certificate()?.raw;
  if (certificate !== undefined) seen.set(socket, certificate);
  return certificate;
}
