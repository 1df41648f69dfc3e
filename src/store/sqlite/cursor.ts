import { GatewayError } from '../../errors.ts';
import type { Page } from '../../ports/store.ts';

/** Where a page ended, opaque to who gets it: the whole numbers of the sort key. */
export function writeCursor(place: readonly number[]): string {
  return Buffer.from(place.join('.')).toString('base64url');
}

/** Throws REQUEST_INVALID for what `writeCursor` did not make. */
export function readCursor(cursor: string, length: number): readonly number[] {
  const place = Buffer.from(cursor, 'base64url').toString('latin1').split('.').map(Number);
  if (place.length === length && place.every(Number.isSafeInteger) && writeCursor(place) === cursor) return place;
  throw new GatewayError('REQUEST_INVALID', { location: 'cursor', detail: 'the cursor is not one of this list' });
}

/** Of rows read with one more than `limit`, which tells whether another page follows; `place` is where a row stands. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  of: { readonly item: (row: Row) => Item; readonly place: (row: Row) => readonly number[] },
): Page<Item> {
  const last = rows[limit - 1];
  const more = rows.length > limit && last !== undefined;
  return { items: rows.slice(0, limit).map(of.item), next: more ? writeCursor(of.place(last)) : undefined };
}
