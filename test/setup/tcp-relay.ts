import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * What becomes of one exchange: it passes, the line is cut before the request (`down`), or after the receiver has worked and
 * before its answer is back (`lose-answer`); a function changes octets on their way in and keeps their number.
 */
export type Turn = 'pass' | 'down' | 'lose-answer' | ((octets: Buffer) => Buffer);

export interface TcpRelay {
  /** Connections go to this address from now on; those that are open end. */
  lead(url: string): void;
  /** From now on nothing passes, and nobody is told: as when a cable is pulled. `lead` ends it. */
  silence(): void;
  /** What becomes of the next exchanges, in their order; all others pass. */
  next(...turns: readonly Turn[]): void;
  /** Every request so far, as it came over the wire. */
  readonly requests: readonly Buffer[];
  /** Resolves when so many exchanges have begun to be answered. */
  answered(count: number): Promise<void>;
  /** Sends an earlier request once more, octet for octet; answers the first line of the HTTP answer and its body. */
  repeat(request: Buffer): Promise<{ readonly status: number; readonly body: Buffer }>;
  close(): Promise<void>;
}

/** Stands at a fixed port in front of an endpoint and passes octets on, so that both sides speak HTTP with each other. */
export async function openTcpRelay(port: number): Promise<TcpRelay> {
  const requests: Buffer[] = [];
  const turns: Turn[] = [];
  const sockets = new Set<Socket>();
  const answers = new EventEmitter().setMaxListeners(0);
  let answered = 0;
  let silent = false;
  let target = { host: '127.0.0.1', port: 1 };
  const server = createServer((incoming) => {
    const onward = connect(target);
    for (const socket of [incoming, onward]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    let turn: Turn | undefined;
    incoming.on('data', (octets: Buffer) => {
      if (silent) return;
      if (turn === undefined) {
        turn = turns.shift() ?? 'pass';
        requests.push(Buffer.alloc(0));
      }
      if (turn === 'down') return void incoming.destroy();
      requests.push(Buffer.concat([requests.pop() ?? Buffer.alloc(0), octets]));
      onward.write(typeof turn === 'function' ? turn(octets) : octets);
    });
    onward.on('data', (octets: Buffer) => {
      if (silent) return;
      const lost = turn === 'lose-answer';
      if (turn !== undefined) answered += 1;
      turn = undefined;
      if (lost) incoming.destroy();
      else incoming.write(octets);
      answers.emit('answer');
    });
    incoming.on('close', () => onward.end());
    onward.on('close', () => incoming.end());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    lead(url) {
      const { hostname, port: to } = new URL(url);
      target = { host: hostname, port: Number(to) };
      silent = false;
      for (const socket of sockets) socket.end();
    },
    silence: () => void (silent = true),
    next: (...following) => void turns.push(...following),
    requests,
    async answered(count) {
      for (;;) {
        if (answered >= count) return;
        await once(answers, 'answer');
      }
    },
    repeat: (request) => exchange(target, request),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function exchange(
  target: { readonly host: string; readonly port: number },
  request: Buffer,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const socket = connect(target);
  let octets = Buffer.alloc(0);
  socket.write(request);
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      octets = Buffer.concat([octets, chunk]);
      const end = octets.indexOf('\r\n\r\n');
      const head = octets.toString('latin1', 0, Math.max(end, 0));
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      if (end < 0 || octets.length < end + 4 + length) continue;
      return { status: Number(head.split(' ')[1]), body: octets.subarray(end + 4) };
    }
  } finally {
    socket.destroy();
  }
  throw new Error('the connection ended before the answer');
}
