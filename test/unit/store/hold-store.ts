import { openStore } from '../../../src/store/open-store.ts';

/** A process that opens a store, says so and keeps it open until it is killed. */
await openStore({ url: process.argv[2] ?? '' });
process.stdout.write('open\n');
