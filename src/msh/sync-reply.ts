import type { SyncReplyMode } from '../cpa/model.ts';

/** Whether MSH signals travel in the HTTP answer under this mode. @spec CPPA 2.0 §9.8.1 */
export function isSynchronous(mode: SyncReplyMode): boolean {
  return mode !== 'none' && mode !== 'responseOnly';
}
