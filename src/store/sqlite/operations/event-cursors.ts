import type { Database, Query } from '../database.ts';

const CURSOR: Query<{ readonly sequence: number }> = { sql: 'SELECT sequence FROM event_cursor WHERE subscriber = ?' };

/** A subscriber that is new begins behind the newest event. */
export function openCursor(db: Database, { subscriber }: { readonly subscriber: string }): number {
  db.run(
    `INSERT INTO event_cursor (subscriber, sequence) VALUES (?, (SELECT coalesce(max(sequence), 0) FROM event))
     ON CONFLICT DO NOTHING`,
    subscriber,
  );
  return db.get(CURSOR, subscriber)?.sequence ?? 0;
}

export function advanceCursor(
  db: Database,
  { subscriber, sequence }: { readonly subscriber: string; readonly sequence: number },
): void {
  db.run('UPDATE event_cursor SET sequence = ?2 WHERE subscriber = ?1 AND sequence < ?2', subscriber, sequence);
}
