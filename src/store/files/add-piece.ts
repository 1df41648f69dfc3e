import type { Seam } from '../../mime/seam.ts';

/** Shorter pieces are put together: a buffer costs more than a hundred octets besides, and a peer chooses how small they are. */
const SMALL = 512;
/** Longer ones stay as they are: copying them would cost an honest stream. */
const LARGE = 4096;

export function addPiece(pieces: Uint8Array[], piece: Uint8Array, seam: Seam): void {
  const last = pieces.at(-1);
  if (last === undefined || last.length >= LARGE || piece.length >= SMALL) {
    pieces.push(piece);
    return;
  }
  pieces[pieces.length - 1] = seam.join(Buffer.from(last.buffer, last.byteOffset, last.length), piece);
}
