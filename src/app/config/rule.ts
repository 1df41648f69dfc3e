import type { Key, Settings } from './key-table.ts';

/** Something that only shows when settings are seen together; undefined: all is well. */
export type Rule = (settings: Settings) => { readonly key: Key; readonly reason: string } | undefined;
