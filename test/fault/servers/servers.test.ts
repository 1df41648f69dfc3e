import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { connect } from 'amqplib';
import { skipUnless } from '../../setup/skip.ts';
import { DATABASE_HOOK_MS, hasPostgresql, NO_POSTGRESQL, testDatabase } from '../../setup/servers/postgresql.ts';
import { BROKER_HOOK_MS, hasRabbitmq, NO_RABBITMQ, testBroker } from '../../setup/servers/rabbitmq.ts';
import { tool } from '../../setup/tools.ts';

describe('the servers of the tests', () => {
  it('are a RabbitMQ of their own, which comes back with what it confirmed after it was killed', async function () {
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    this.timeout(2 * BROKER_HOOK_MS);
    const broker = await testBroker();
    const before = await connect(broker.url, { noDelay: true });
    before.on('error', () => undefined);
    const channel = await before.createConfirmChannel();
    channel.on('error', () => undefined);
    const queue = 'servers.kept';
    // A classic one: RabbitMQ 3.10 may not find a quorum queue again that was declared right before it was killed.
    await channel.assertQueue(queue, { durable: true });
    channel.sendToQueue(queue, Buffer.from('kept'), { persistent: true });
    await channel.waitForConfirms();
    await broker.kill();
    await assert.rejects(connect(broker.url));
    await broker.start();
    const after = await connect(broker.url, { noDelay: true });
    const again = await after.createChannel();
    const kept = await again.get(queue, { noAck: true });
    assert.equal(kept === false ? undefined : kept.content.toString(), 'kept');
    await again.deleteQueue(queue);
    await after.close();
  });

  it('are a PostgreSQL of their own, also for root', async function () {
    skipUnless(this, hasPostgresql() && tool('psql') !== undefined, NO_POSTGRESQL);
    this.timeout(DATABASE_HOOK_MS);
    const { url } = await testDatabase();
    assert.equal(execFileSync('psql', ['-Atc', 'select 40 + 2', url], { encoding: 'utf8' }).trim(), '42');
  });
});
