import { type Placed, UnderWay } from './under-way.ts';

interface Listener extends Placed {
  readonly task: () => void;
}

const listening = new WeakMap<AbortSignal, UnderWay<Listener>>();

/**
 * Runs `task` when a signal aborts, unless what this answers was called before. For many short pieces of work on a signal that lives
 * long, which would be linked to each other as its listeners.
 */
export function onAbort(signal: AbortSignal, task: () => void): () => void {
  const all = listening.get(signal) ?? listen(signal);
  const one: Listener = { task, place: undefined };
  all.add(one);
  return () => all.remove(one);
}

function listen(signal: AbortSignal): UnderWay<Listener> {
  const all = new UnderWay<Listener>();
  listening.set(signal, all);
  const tell = (): void => {
    for (const one of all.now()) {
      // An earlier one may have called it off.
      if (one.place === undefined) continue;
      all.remove(one);
      one.task();
    }
  };
  signal.addEventListener('abort', tell, { once: true });
  return all;
}
