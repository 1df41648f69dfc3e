export interface CpaStore {
  /** Throws CPA_EXISTS when other bytes are stored under the id. The same bytes again change nothing but `active`. */
  save(record: CpaRecord): Promise<void>;
  setActive(cpaId: string, active: boolean): Promise<boolean>;
  /** Throws CPA_IN_USE while sent messages under it are open. False: there is none. */
  remove(cpaId: string): Promise<boolean>;
  list(): Promise<readonly CpaRecord[]>;
}

export interface CpaRecord {
  readonly cpaId: string;
  readonly bytes: Uint8Array;
  readonly active: boolean;
  readonly importedAt: number;
}
