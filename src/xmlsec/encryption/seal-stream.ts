import { type CipherGCM, createCipheriv } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { contentAlgorithm } from './algorithms.ts';
import { type SealedPart, TAG_LENGTH } from './sealed-part.ts';

/** Plain octets in, the octets of the EncryptedData out: `sealedSize` of them, in memory that does not grow with the part. */
export function sealStream(sealed: SealedPart): Transform {
  const sealer = new Sealer(sealed);
  let begun = false;
  const begin = (stream: Transform): void => {
    if (!begun) stream.push(sealer.begin());
    begun = true;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      begin(this);
      done(null, sealer.update(chunk));
    },
    flush(done: TransformCallback) {
      begin(this);
      done(null, sealer.end());
    },
  });
}

/** Encrypts and writes base64 without line breaks; up to two octets wait for the next group of three. */
class Sealer {
  readonly #sealed: SealedPart;
  readonly #cipher: CipherGCM;
  #rest: Buffer = Buffer.alloc(0);

  constructor(sealed: SealedPart) {
    this.#sealed = sealed;
    this.#cipher = openCipher(sealed);
  }

  begin(): Buffer {
    return Buffer.concat([this.#sealed.head, this.#encode(this.#sealed.iv)]);
  }

  update(plain: Uint8Array): Buffer {
    return this.#encode(this.#cipher.update(plain));
  }

  end(): Buffer {
    const last = Buffer.concat([this.#rest, this.#cipher.final(), this.#cipher.getAuthTag()]);
    return Buffer.concat([Buffer.from(last.toString('base64'), 'latin1'), this.#sealed.tail]);
  }

  #encode(octets: Buffer): Buffer {
    const before = this.#rest;
    const lead = before.length === 0 ? 0 : Math.min(3 - before.length, octets.length);
    const group = lead === 0 ? before : Buffer.concat([before, octets.subarray(0, lead)]);
    if (group.length % 3 !== 0) {
      this.#rest = group;
      return Buffer.alloc(0);
    }
    const whole = octets.length - ((octets.length - lead) % 3);
    this.#rest = octets.subarray(whole);
    const out = Buffer.allocUnsafe(((group.length + whole - lead) / 3) * 4);
    const at = out.write(group.toString('base64'), 'latin1');
    out.write(octets.toString('base64', lead, whole), at, 'latin1');
    return out;
  }
}

function openCipher({ algorithm, key, iv }: SealedPart): CipherGCM {
  const row = contentAlgorithm(algorithm);
  if (row?.mode !== 'gcm') throw new Error(`no algorithm to encrypt with: ${algorithm}`);
  return createCipheriv(row.cipher, key, iv, { authTagLength: TAG_LENGTH });
}
