/** Some turns of the event loop in which nothing more comes: what was gathered before has gone to its thread then. */
export async function calm(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
