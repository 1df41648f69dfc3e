import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Stands in front of a broker for AMQP 0-9-1 and holds back what it confirms, as a quorum queue without its majority does. */
export interface UnconfirmingRelay {
  readonly url: string;
  /** Whether confirms pass; at first they do. */
  confirms: boolean;
  /** Those that were made until now; each resolves when it is over. */
  readonly connections: readonly Promise<unknown>[];
  close(): Promise<void>;
}

const HEADER_OCTETS = 7;
const METHOD_FRAME = 1;
/** @spec AMQP 0-9-1 basic.ack: class 60, method 80 */
const BASIC_ACK = (60 << 16) | 80;

export async function openUnconfirmingRelay(brokerUrl: string): Promise<UnconfirmingRelay> {
  const { hostname, port } = new URL(brokerUrl);
  const sockets = new Set<Socket>();
  const connections: Promise<unknown>[] = [];
  const server = createServer((incoming) => {
    const onward = connect({ host: hostname, port: Number(port) });
    for (const socket of [incoming, onward]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    connections.push(once(incoming, 'close'));
    incoming.pipe(onward);
    let rest = Buffer.alloc(0);
    onward.on('data', (octets: Buffer) => {
      rest = Buffer.concat([rest, octets]);
      for (let frame = frameOf(rest); frame !== undefined; frame = frameOf(rest)) {
        rest = rest.subarray(frame.length);
        if (relay.confirms || !isConfirm(frame)) incoming.write(frame);
      }
    });
    onward.on('close', () => incoming.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(brokerUrl);
  const address = server.address();
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' ? address?.port : '');
  const relay: UnconfirmingRelay = {
    url: url.href,
    confirms: true,
    connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return relay;
}

/** The first whole frame: type, channel, length, payload, and an octet at its end. */
function frameOf(octets: Buffer): Buffer | undefined {
  if (octets.length < HEADER_OCTETS) return undefined;
  const length = HEADER_OCTETS + octets.readUInt32BE(3) + 1;
  return octets.length < length ? undefined : octets.subarray(0, length);
}

function isConfirm(frame: Buffer): boolean {
  return frame[0] === METHOD_FRAME && frame.readUInt32BE(HEADER_OCTETS) === BASIC_ACK;
}
