import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Store } from '../../../src/ports/store.ts';
import { draft, markupOf, pack, requireAccepted, signMarkup, withReceiver } from '../../setup/msh-partner.ts';

const MIB = 1024 * 1024;
/** Elements of a foreign header block; the tree of so many takes some MiB, their octets a fraction of one. */
const ELEMENTS = 20_000;

describe('what a message in hand holds', () => {
  it('a message that waits for the disk holds no tree of its envelope', async () => {
    const held: number[] = [];
    const measuring = (store: Store): Store =>
      new Proxy(store, {
        get(target, name) {
          if (name === 'acceptInbound') return measured(target);
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    const measured =
      (store: Store): Store['acceptInbound'] =>
      async (...args) => {
        await turn();
        held.push(heapInUse());
        return store.acceptInbound(...args);
      };
    await withReceiver(
      { profile: 'osb-rm-s', sync: true },
      async (at) => {
        for (const elements of [0, ELEMENTS, 0, ELEMENTS]) {
          const one = draft(at);
          const block = `<h:h xmlns:h="urn:heavy">${'<b/>'.repeat(elements)}</h:h>`;
          const markup = markupOf(one).replace('</soap:Header>', () => `${block}</soap:Header>`);
          await requireAccepted(at, pack(await signMarkup(markup, one.parts, at), one.parts));
        }
      },
      { store: measuring },
    );
    const [, , light = 0, heavy = Infinity] = held;
    assert.ok(heavy - light < MIB, `${((heavy - light) / MIB).toFixed(1)} MiB more than a message without them`);
  });
});

/** Octets, of what is reachable alone. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return getHeapStatistics().used_heap_size;
}
