/*
 * amqplib reads a table of headers by calling itself for each table or array in it, and what it cannot read ends the connection.
 * The broker then hands the same message out again, on each new connection: one message of 30 KB would stop all.
 */

/** @spec AMQP 0-9-1 §4.2.3, §4.2.6.1 */
const HEADER_FRAME = 2;
const [FRAME_HEADER_OCTETS, FRAME_END_OCTETS] = [7, 1];
/** Class, weight and size of the body stand before them. */
const FLAGS_AT = 12;
const [CONTENT_TYPE, CONTENT_ENCODING, HEADERS] = [0x8000, 0x4000, 0x2000];
const DEEPEST = 64;

/** Octets of a value by its tag, where they are always as many. @spec AMQP 0-9-1 §4.2.1, as RabbitMQ has it */
const WIDTHS: Readonly<Record<string, number>> = {
  t: 1,
  b: 1,
  B: 1,
  s: 2,
  u: 2,
  I: 4,
  i: 4,
  f: 4,
  l: 8,
  d: 8,
  T: 8,
  D: 5,
  V: 0,
};
const LONG_STRINGS = 'Sx';

/** From now on `connection` (of amqplib) reads a message whose headers cannot be read as one that has no properties. */
export function guardHeaders(connection: object): void {
  const receive: unknown = Reflect.get(connection, 'recvFrame');
  if (typeof receive !== 'function') throw new Error('connections of amqplib have no recvFrame');
  Reflect.set(connection, 'recvFrame', (): unknown => {
    const octets: unknown = Reflect.get(connection, 'rest');
    if (octets instanceof Buffer) blankUnreadable(octets);
    return Reflect.apply(receive, connection, []);
  });
}

/** Takes the properties off the header frame that the octets begin with, where it is there whole and cannot be read. */
export function blankUnreadable(octets: Buffer): void {
  if (octets.length < FRAME_HEADER_OCTETS || octets.readUInt8(0) !== HEADER_FRAME) return;
  const size = octets.readUInt32BE(3);
  if (octets.length < FRAME_HEADER_OCTETS + size + FRAME_END_OCTETS) return;
  const payload = octets.subarray(FRAME_HEADER_OCTETS, FRAME_HEADER_OCTETS + size);
  if (!isReadable(payload)) payload.writeUInt16BE(0, FLAGS_AT);
}

function isReadable(payload: Buffer): boolean {
  try {
    const flags = payload.readUInt16BE(FLAGS_AT);
    if ((flags & HEADERS) === 0) return true;
    let at = FLAGS_AT + 2;
    for (const flag of [CONTENT_TYPE, CONTENT_ENCODING]) if ((flags & flag) !== 0) at += 1 + payload.readUInt8(at);
    const end = at + 4 + payload.readUInt32BE(at);
    return end <= payload.length && holdsFields(payload, { at: at + 4, end, named: true, depth: 0 });
  } catch {
    return false;
  }
}

interface Fields {
  readonly at: number;
  readonly end: number;
  /** A table; else an array. */
  readonly named: boolean;
  readonly depth: number;
}

function holdsFields(payload: Buffer, { at, end, named, depth }: Fields): boolean {
  if (depth > DEEPEST) return false;
  let next = at;
  while (next < end) {
    if (named) next += 1 + payload.readUInt8(next);
    const tag = String.fromCharCode(payload.readUInt8(next));
    next += 1;
    const width = WIDTHS[tag];
    if (width !== undefined) {
      next += width;
      continue;
    }
    const begin = next + 4;
    next = begin + payload.readUInt32BE(next);
    if (LONG_STRINGS.includes(tag)) continue;
    if (tag !== 'F' && tag !== 'A') return false;
    if (next > end || !holdsFields(payload, { at: begin, end: next, named: tag === 'F', depth: depth + 1 }))
      return false;
  }
  return next === end;
}
