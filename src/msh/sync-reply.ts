import type { SyncReplyMode } from '../cpa/model.ts';

/** Whether MSH signals travel in the HTTP answer under this mode. @spec CPPA 2.0 §9.8.1 */
export function isSynchronous(mode: SyncReplyMode): boolean {
  return mode !== 'none' && mode !== 'responseOnly';
}

/** Whether the business response of the application may travel in the HTTP answer. @spec CPPA 2.0 §9.8.1 */
export function takesResponse(mode: SyncReplyMode): boolean {
  return mode === 'signalsAndResponse' || mode === 'responseOnly';
}
