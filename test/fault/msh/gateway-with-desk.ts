import { hash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { systemClock, toDateTime } from '../../../src/clock.ts';
import { writeMessage } from '../../../src/ebms/write-message.ts';
import { event, inbound, inlinePart } from '../../conformance/store/records.ts';
import { openTestGateway } from '../../setup/test-gateway.ts';
import { answerCommands } from '../../setup/told-process.ts';

/** What its header says of it. */
function envelopeOf({ cpaId, conversationId, action, messageId, timestamp }: ReturnType<typeof inbound>): string {
  const party = { partyIds: [{ value: 'urn:x:party' }], role: undefined };
  return writeMessage({
    kind: 'ApplicationMessage',
    header: {
      version: '2.0',
      from: party,
      to: party,
      cpaId,
      conversationId,
      service: { value: 'urn:x:service' },
      action,
      messageData: {
        messageId,
        timestamp: toDateTime(timestamp),
        refToMessageId: undefined,
        timeToLive: undefined,
      },
      duplicateElimination: true,
      descriptions: [],
    },
    syncReply: undefined,
    messageOrder: undefined,
    ackRequested: undefined,
    nextMshAckRequested: false,
    manifest: undefined,
  });
}

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
    const envelope = Buffer.from(envelopeOf(message));
    await test.store.acceptInbound({ ...message, envelope }, undefined, event('message.received', message.messageId));
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
    const { findings } = await test.gateway.audit();
    return `found ${findings.map(({ code }) => code).join()}`;
  },
});
await test.close(true);
