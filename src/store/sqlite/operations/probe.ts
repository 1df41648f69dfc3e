import type { Database } from '../database.ts';

/** `mark` is another each time: an UPDATE that changes nothing writes nothing. */
export function probe(db: Database, { mark }: { readonly mark: string }): void {
  db.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('probe', ?)", mark);
}
