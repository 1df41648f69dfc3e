import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { amqpSettings, openQueueApplication } from '../../setup/amqp-place.ts';
import { BROKER_HOOK_MS, hasRabbitmq, NO_RABBITMQ, testBroker } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import { startTold, type ToldProcess } from '../../setup/told-process.ts';
import { echo, openWusPair } from '../../setup/wus-pair.ts';

const PROGRAM = join(import.meta.dirname, 'caller-on-command.ts');

describe('a gateway that is killed while it asks a partner for a queue', function () {
  this.timeout(2 * BROKER_HOOK_MS);

  it('asks once: the next one tells the application that the partner may have acted on it', async function () {
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    const { url } = await testBroker();
    const named = amqpSettings(url);
    const settings = { ...named, callQueue: `${named.exchange}.call` };
    const folder = mkdtempSync(join(tmpdir(), 'postiljon-kill-caller-'));
    const pair = await openWusPair();
    const { consumer, provider, ca } = pair.keys;
    const { key, certificate, oin } = consumer;
    const shown = JSON.stringify({ key, certificate, oin, ca: ca.certificate, partner: provider.oin });
    const start = (): Promise<ToldProcess> => startTold(PROGRAM, folder, JSON.stringify(settings), shown, pair.url);
    const application = await openQueueApplication(url);
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    pair.backend.answer = () => {
      isAsked();
      return undefined;
    };
    let gateway = await start();
    try {
      const replies = `${settings.exchange}.replies`;
      await application.channel.assertQueue(replies, { durable: true });
      const terms = { messageId: 'een', correlationId: 'een', replyTo: replies, contentType: 'application/xml' };
      application.channel.publish(settings.exchange, 'call', Buffer.from(echo('een')), {
        ...terms,
        persistent: true,
        mandatory: true,
        headers: { service: 'echo' },
      });
      await asked;
      gateway.kill('SIGKILL');
      gateway = await start();
      const { properties, content } = await application.next(replies);
      assert.deepEqual([properties.correlationId, properties.headers?.['reason']], ['een', 'CALL_REPEATED']);
      assert.match(JSON.parse(String(content)).detail, /^consultation [0-9a-f-]{36}: running$/);
      assert.equal(pair.backend.calls.length, 1);
    } finally {
      gateway.kill('SIGKILL');
      await application.close();
      await pair.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
