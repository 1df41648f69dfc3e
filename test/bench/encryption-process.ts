import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDecrypter } from '../../src/trust/decrypter.ts';
import { rsaOaep, SEALING_ALGORITHMS } from '../../src/xmlsec/encryption/algorithms.ts';
import { PartOpener } from '../../src/xmlsec/encryption/part-opener.ts';
import { sealStream } from '../../src/xmlsec/encryption/seal-stream.ts';
import { type SealedPart, sealPart } from '../../src/xmlsec/encryption/sealed-part.ts';
import { partyA } from '../setup/test-keys.ts';

/*
 * One way to work through a part of so many octets, in a process of its own so that its memory is its own:
 *   bare   what cannot be left out: AES-GCM, base64 and SHA-256, one after the other over the same buffer
 *   seal   plain octets to an EncryptedData that nobody keeps
 *   open   an EncryptedData to plain octets that nobody keeps; making the EncryptedData is not counted
 */
export interface EncryptionReply {
  readonly ms: number;
  /** Largest resident set beyond what the idle process had, MB. */
  readonly rss: number;
}

const CHUNK = 64 * 1024;
const SAMPLE_EVERY = 64;
const MIB = 1024 * 1024;

const [mode = 'bare', size = '0'] = process.argv.slice(2);
const count = Math.ceil(Number(size) / CHUNK);
const chunk = randomBytes(CHUNK);
const [algorithm = ''] = SEALING_ALGORITHMS;
const { certificate, key } = partyA;
const idle = rss();
let peak = 0;

// The first round is for the compiler.
for (const chunks of [Math.min(count, 256), count]) {
  const ms = await work(chunks);
  const reply: EncryptionReply = { ms, rss: peak - idle };
  if (chunks === count) process.send?.(reply);
}

async function work(chunks: number): Promise<number> {
  if (mode === 'bare') return bare(chunks);
  const sealed = sealPart({ contentId: 'x', contentType: 'x/y' }, { algorithm, keyTransport: rsaOaep(), certificate });
  return mode === 'seal' ? seal(sealed, chunks) : open(sealed, chunks);
}

function bare(chunks: number): number {
  const cipher = createCipheriv('aes-256-gcm', randomBytes(32), randomBytes(12));
  const digest = createHash('sha256');
  const started = performance.now();
  for (let index = 0; index < chunks; index++) cipher.update(chunk);
  for (let index = 0; index < chunks; index++) Buffer.from(chunk.toString('base64'), 'latin1');
  for (let index = 0; index < chunks; index++) digest.update(chunk);
  return performance.now() - started;
}

async function seal(sealed: SealedPart, chunks: number): Promise<number> {
  const nobody = new Writable({ write: (_chunk, _encoding, done) => done() });
  const started = performance.now();
  await pipeline(plain(chunks), sealStream(sealed), nobody);
  return performance.now() - started;
}

async function open(sealed: SealedPart, chunks: number): Promise<number> {
  let ms = 0;
  const opener = new PartOpener({
    decrypter: createDecrypter([{ certificate, key }]),
    allow: { cbc: false, rsa15: false },
    sink: () => undefined,
  });
  const counted = async (step: () => Promise<unknown> | undefined): Promise<void> => {
    const started = performance.now();
    const promise = step();
    if (promise !== undefined) await promise;
    ms += performance.now() - started;
  };
  for await (const octets of plain(chunks).pipe(sealStream(sealed))) await counted(() => opener.write(octets));
  await counted(() => opener.finish());
  return ms;
}

function plain(chunks: number): Readable {
  const pieces = function* (): Generator<Buffer> {
    for (let index = 0; index < chunks; index++) {
      if (index % SAMPLE_EVERY === 0) peak = Math.max(peak, rss());
      yield chunk;
    }
  };
  return Readable.from(pieces(), { objectMode: false });
}

function rss(): number {
  return process.memoryUsage.rss() / MIB;
}
