import { hash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { systemClock } from '../../../src/clock.ts';
import { event, inbound, inlinePart } from '../../conformance/store/records.ts';
import { openTestGateway } from '../../setup/test-gateway.ts';
import { answerCommands } from '../../setup/told-process.ts';

/** A process with a whole gateway in `folder`; its one destination writes to a file what it gets, and confirms when it is told. */
const [, , folder = '', file = ''] = process.argv;
const confirmed = Promise.withResolvers<void>();
const got = Promise.withResolvers<void>();
const test = await openTestGateway({
  folder,
  parties: [],
  cpas: [],
  keys: [],
  roots: [],
  clock: systemClock,
  routes: [{ destination: 'desk' }],
  prepare: ({ handovers }) =>
    handovers.register('desk', {
      async deliver({ messageId, attempt }) {
        appendFileSync(file, `${messageId} ${attempt}\n`);
        got.resolve();
        await confirmed.promise;
      },
    }),
});

await answerCommands({
  async accept() {
    const payload = { ...inlinePart('een'), sha256: hash('sha256', 'een') };
    const message = inbound({ destination: 'desk', messageId: 'een@test', payloads: [payload] });
    await test.store.acceptInbound(message, undefined, event('message.received', message.messageId));
    // As an operator would: nothing else tells the gateway of a message that its endpoint did not take.
    await test.gateway.messages.handOver(message.messageId);
    return 'accepted';
  },
  async got() {
    await got.promise;
    return 'got';
  },
  async confirm() {
    confirmed.resolve();
    await test.gateway.handovers.stop();
    return (await test.gateway.messages.find('een@test')).state;
  },
  async state() {
    return (await test.gateway.messages.find('een@test')).state;
  },
  async audit() {
    // The envelope of this message is none: only what a death could have lost is looked for.
    const { findings } = await test.gateway.audit({ quick: true });
    return `found ${findings.map(({ code }) => code).join()}`;
  },
});
await test.close(true);
