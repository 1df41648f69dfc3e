import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BROKER_HOOK_MS, hasRabbitmq, NO_RABBITMQ } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';

const DEMO = fileURLToPath(new URL('./demo.ts', import.meta.url));
const execute = promisify(execFile);

interface Shown {
  readonly ok: boolean;
  readonly messageId: string;
  readonly key: string;
  readonly routingKey: string;
}

/** Two gateways, a broker, and applications that know nothing but their queues. */
describe('the demo of AMQP', function () {
  this.timeout(2 * BROKER_HOOK_MS);

  it('a document goes from the queue of one application to that of another', async function () {
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    const shown: Shown = JSON.parse((await execute(process.execPath, [DEMO, '--amqp', '--json'])).stdout);
    assert.equal(shown.ok, true);
    assert.equal(shown.routingKey, 'received.urn%3Aosb%3Aservices%3Aosb%3Amelding%3A1%2E0.melden');
    assert.match(shown.messageId, /@/);
    assert.notEqual(shown.messageId, shown.key);
  });

  it('says how to get a broker where there is none, and fails', async () => {
    const env = { ...process.env, PATH: '' };
    await assert.rejects(execute(process.execPath, [DEMO, '--amqp'], { env }), {
      code: 1,
      stderr: /apt-get install rabbitmq-server/,
    });
  });
});
