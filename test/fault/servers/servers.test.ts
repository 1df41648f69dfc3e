import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { type ConfirmChannel, connect } from 'amqplib';
import { skipUnless } from '../../setup/skip.ts';
import { DATABASE_HOOK_MS, hasPostgresql, NO_POSTGRESQL, testDatabase } from '../../setup/servers/postgresql.ts';
import { BROKER_HOOK_MS, type Broker, hasRabbitmq, NO_RABBITMQ, testBroker } from '../../setup/servers/rabbitmq.ts';
import { tool } from '../../setup/tools.ts';

describe('the servers of the tests', () => {
  it('are a RabbitMQ of their own, which comes back with what it confirmed after it was killed', async function () {
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    this.timeout(3 * BROKER_HOOK_MS);
    const broker = await testBroker();
    const queue = 'servers.kept';
    // RabbitMQ 3.10 may forget a queue that was declared right before it was killed: this one saw a clean stop.
    await withChannel(broker, (channel) => channel.assertQueue(queue, { durable: true }));
    await broker.stop();
    await broker.start();
    await withChannel(broker, async (channel) => {
      channel.sendToQueue(queue, Buffer.from('kept'), { persistent: true });
      await channel.waitForConfirms();
      await broker.kill();
    });
    await assert.rejects(connect(broker.url));
    await broker.start();
    await withChannel(broker, async (channel) => {
      const kept = await channel.get(queue, { noAck: true });
      assert.equal(kept === false ? undefined : kept.content.toString(), 'kept');
      await channel.deleteQueue(queue);
    });
  });

  it('are a PostgreSQL of their own, also for root', async function () {
    skipUnless(this, hasPostgresql() && tool('psql') !== undefined, NO_POSTGRESQL);
    this.timeout(DATABASE_HOOK_MS);
    const { url } = await testDatabase();
    assert.equal(execFileSync('psql', ['-Atc', 'select 40 + 2', url], { encoding: 'utf8' }).trim(), '42');
  });
});

async function withChannel(broker: Broker, use: (channel: ConfirmChannel) => Promise<unknown>): Promise<void> {
  const connection = await connect(broker.url, { noDelay: true });
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    await use(channel);
  } finally {
    await connection.close().catch(() => undefined);
  }
}
