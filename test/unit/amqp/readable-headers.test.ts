import assert from 'node:assert/strict';
import { blankUnreadable, guardHeaders } from '../../../adapters/amqp/amqp091/readable-headers.ts';

/** A header frame of basic properties: content_type, and this table of headers. */
function frameOf(table: Buffer): Buffer {
  const type = Buffer.from('\u0008text/xml', 'latin1');
  const payload = Buffer.concat([Buffer.alloc(12), Buffer.from([0xa0, 0x00]), type, long(table.length), table]);
  payload.writeUInt16BE(60, 0);
  return Buffer.concat([Buffer.from([2, 0, 1]), long(payload.length), payload, Buffer.from([0xce])]);
}

function long(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

const named = (name: string, ...value: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([name.length]), Buffer.from(name), ...value]);
const tagged = (tag: string, content: Buffer = Buffer.alloc(0)): Buffer => Buffer.concat([Buffer.from(tag), content]);
const sized = (tag: string, content: Buffer): Buffer => tagged(tag, Buffer.concat([long(content.length), content]));

/** Each within the next one. */
function nested(tag: 'A' | 'F', depth: number): Buffer {
  let value: Buffer = sized(tag, Buffer.alloc(0));
  for (let n = 1; n < depth; n++) value = sized(tag, tag === 'A' ? value : named('', value));
  return named('a', value);
}

const flagsOf = (frame: Buffer): number => frame.readUInt16BE(7 + 12);
const blanked = (frame: Buffer): boolean => {
  blankUnreadable(frame);
  return flagsOf(frame) === 0;
};

describe('headers of a message, before amqplib reads them', () => {
  const every = Buffer.concat(
    [
      ...Object.entries({ t: 1, b: 1, B: 1, s: 2, u: 2, I: 4, i: 4, f: 4, l: 8, d: 8, T: 8, D: 5, V: 0 }).map(
        ([tag, width]) => tagged(tag, Buffer.alloc(width)),
      ),
      sized('S', Buffer.from('text')),
      sized('x', Buffer.from('octets')),
      sized('F', named('b', tagged('t', Buffer.alloc(1)))),
      sized('A', Buffer.concat([tagged('V'), sized('S', Buffer.from('x'))])),
    ].map((value, n) => named(`name-${n}`, value)),
  );

  const read: readonly (readonly [string, Buffer])[] = [
    ['every kind of value', every],
    ['none at all', Buffer.alloc(0)],
    ['arrays and tables 60 deep', Buffer.concat([nested('A', 60), nested('F', 60)])],
  ];
  for (const [what, table] of read) {
    it(`are left as they are: ${what}`, () => {
      const frame = frameOf(table);
      const before = Buffer.from(frame);
      blankUnreadable(frame);
      assert.deepEqual(frame, before);
    });
  }

  const unreadable: readonly (readonly [string, Buffer])[] = [
    ['arrays 1000 deep', nested('A', 1000)],
    ['tables 1000 deep', nested('F', 1000)],
    ['a value of no kind', named('a', tagged('?'))],
    ['a text beyond its end', named('a', tagged('S', long(1000)))],
    ['an array that is longer than its table', named('a', tagged('A', Buffer.concat([long(50), tagged('V')])))],
  ];
  for (const [what, table] of unreadable) {
    it(`A76 are taken off where amqplib would end the connection: ${what}`, () => {
      assert.ok(blanked(frameOf(table)));
    });
  }

  it('are looked at once the frame is there whole; other frames are left alone', () => {
    const frame = frameOf(nested('A', 1000));
    const part = Buffer.from(frame.subarray(0, frame.length - 1));
    blankUnreadable(part);
    assert.notEqual(flagsOf(part), 0);
    const body = Buffer.from(frame);
    body.writeUInt8(3, 0);
    blankUnreadable(body);
    assert.notEqual(flagsOf(body), 0);
    blankUnreadable(Buffer.alloc(0));
  });

  it('are looked at with each frame that a connection receives', () => {
    const frames: number[] = [];
    const connection = {
      rest: frameOf(nested('A', 1000)),
      recvFrame() {
        frames.push(flagsOf(this.rest));
      },
    };
    guardHeaders(connection);
    connection.recvFrame();
    assert.deepEqual(frames, [0]);
  });
});
