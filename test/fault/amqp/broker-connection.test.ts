import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AmqpSettings } from '../../../adapters/amqp/amqp-adapter.ts';
import { declareAll } from '../../../adapters/amqp/amqp091/declare.ts';
import { topology } from '../../../adapters/amqp/amqp091/topology.ts';
import { systemClock } from '../../../src/clock.ts';
import { examine } from '../../../src/app/doctor/doctor.ts';
import type { HealthCheck } from '../../../src/msh/gateway.ts';
import {
  amqpSettings,
  CONNECTED,
  openQueueApplication,
  type PreparedAdapter,
  prepareAdapter,
} from '../../setup/amqp-place.ts';
import { freePort } from '../../setup/gateway-process.ts';
import { contract, cpaIdOf, dienst, gemeente } from '../../setup/msh-contracts.ts';
import { openPartyGateway, Routes, untilEvents } from '../../setup/msh-pair.ts';
import {
  BROKER_HOOK_MS,
  type Broker,
  control,
  hasAmqp10,
  NO_AMQP10,
  startBroker,
} from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import { openTcpRelay, type TcpRelay } from '../../setup/tcp-relay.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';
import { type TestTls, testTls } from '../../setup/test-tls.ts';

const cpa = contract({ profile: 'osb-rm' });

for (const protocol of ['0-9-1', '1.0'] as const) {
  describe(`the connection to the broker over AMQP ${protocol}`, function () {
    this.timeout(60_000);
    let pems: TestTls;
    let folder = '';
    let broker: Broker;
    let relay: TcpRelay | undefined;
    const opened: (() => Promise<void>)[] = [];

    before(async function () {
      this.timeout(BROKER_HOOK_MS);
      skipUnless(this, hasAmqp10(), NO_AMQP10);
      pems = await testTls();
      folder = mkdtempSync(join(tmpdir(), 'postiljon-test-amqps-'));
      const tls = { ca: file('ca.crt', pems.ca.certificate), ...files('server', pems.server) };
      files('client', pems.client);
      broker = await startBroker({ tls });
      await control(broker, 'add_vhost', 'eigen');
      await control(broker, 'set_permissions', '-p', 'eigen', 'guest', '.*', '.*', '.*');
    });

    afterEach(async () => {
      for (const close of opened.splice(0)) await close();
      await relay?.close();
      relay = undefined;
    });

    after(async () => {
      await broker?.stop();
      if (folder !== '') rmSync(folder, { recursive: true, force: true });
    });

    const own = (): AmqpSettings['tls'] => ({
      ca: pems.ca.certificate,
      key: pems.client.key,
      cert: pems.client.certificate,
    });

    it('is by TLS with a CA and a certificate of our own, in a virtual host of its own', async () => {
      const settings = { ...amqpSettings(`${broker.tlsUrl}/eigen`, { tls: own() }), protocol };
      await declare({ ...settings, url: `${broker.url}/eigen` });
      const { gateway, logged } = await open(settings);
      assert.deepEqual(logged, ['connected to the broker']);
      const where = `${settings.url.replace('guest:guest@', '')} (AMQP ${protocol})`;
      assert.deepEqual(await health(gateway), {
        name: 'amqp',
        ok: true,
        detail: `connected to ${where}`,
        optional: true,
      });
    });

    const unusable: readonly [
      why: string,
      tls: () => AmqpSettings['tls'],
      url: (broker: Broker) => string,
      said: RegExp,
    ][] = [
      ['without the CA of the broker', () => ({ ...own(), ca: pems.otherCa.certificate }), tlsUrl, /certificate/i],
      ['without a certificate of ours', () => ({ ca: pems.ca.certificate }), tlsUrl, /alert|closed|ECONNRESET|socket/i],
      [
        'under a name that is not in its certificate',
        own,
        (at) => tlsUrl(at).replace('localhost', '127.0.0.2'),
        /altnames|ECONNREFUSED/,
      ],
      [
        'with a wrong password',
        () => undefined,
        (at) => at.url.replace(':guest@', ':wrong@'),
        /ACCESS[-_]REFUSED|authenticate/i,
      ],
      ['in a virtual host that is not there', () => undefined, (at) => `${at.url}/nergens`, /virtual host/],
    ];
    for (const [why, tls, url, said] of unusable) {
      it(`is not made ${why}, and health says why`, async () => {
        const { gateway, logged } = await open({ ...amqpSettings(url(broker), { tls: tls() }), protocol });
        assert.deepEqual(logged, ['no connection to the broker']);
        const { ok, detail } = await health(gateway);
        assert.equal(ok, false);
        assert.match(detail, said);
        assert.doesNotMatch(detail, /guest|wrong/);
        assert.equal((await gateway.gateway.health()).ok, true);
      });
    }

    it('is made anew when the other side says nothing any more, though nobody closed it', async () => {
      const port = await freePort();
      relay = await openTcpRelay(port);
      relay.lead(broker.url);
      const settings = { ...amqpSettings(`amqp://guest:guest@127.0.0.1:${port}`, { heartbeatSeconds: 1 }), protocol };
      await declare({ ...settings, url: broker.url });
      const { untilLogged } = await open(settings);
      relay.silence();
      await untilLogged('no connection to the broker');
      relay.lead(broker.url);
      await untilLogged(CONNECTED, 2);
    });

    if (protocol === '0-9-1')
      it('says when the broker takes nothing, in log, health and event, and goes on when it does', async () => {
        const settings = amqpSettings(broker.url);
        await declare(settings);
        const { gateway, untilLogged } = await open(settings);
        const application = await openQueueApplication(broker.url);
        opened.push(() => application.close());
        const queue = await application.bind(settings, 'received.#');
        await control(broker, 'set_vm_memory_high_watermark', '0');
        const submit = (): Promise<unknown> =>
          gateway.gateway.messages.submit({
            cpaId: cpaIdOf(cpa),
            from: gemeente.key,
            service: 'urn:osb:services:osb:melding:1.0',
            action: 'melden',
            payloads: [],
          });
        // The broker says so to whoever publishes.
        await submit();
        await untilLogged('the broker takes no messages for now');
        const { ok, detail } = await health(gateway);
        assert.equal(ok, false);
        assert.match(detail, /takes no messages now: low on memory/);
        await submit();
        await untilEvents(gateway, 'handover.failed', 1);
        await control(broker, 'set_vm_memory_high_watermark', '0.6');
        await untilLogged('the broker takes messages again');
        for (const _ of ['first', 'second']) await application.next(queue);
        assert.equal((await health(gateway)).ok, true);
      });

    describe('for the doctor', () => {
      it('is good: what is there, what for, and with whom', async () => {
        const settings = { ...amqpSettings(broker.url), protocol };
        await declare(settings);
        const found = await doctor(settings);
        assert.match(found[0] ?? '', /^ok .* answers as RabbitMQ \d+\.\d+\.\d+, and takes our credentials$/);
        assert.match(
          found[1] ?? '',
          /^ok exchange .*\(what applications send, what they receive, and events\) is there$/,
        );
        assert.match(found[2] ?? '', /^ok queue .*\.send \(what applications send\) is there/);
        assert.match(found[3] ?? '', /^ok queue .*\.refused \(what is refused\) is there/);
        if (protocol === '0-9-1') assert.match(found[2] ?? '', /: 0 messages, 0 readers$/);
      });

      it('says what is missing, and whether the gateway makes it', async () => {
        const settings = { ...amqpSettings(broker.url), protocol, receiveQueue: 'nergens' };
        const found = await doctor(settings);
        const level = protocol === '0-9-1' ? 'ok' : 'error';
        assert.deepEqual(
          found.slice(1).map((line) => line.split(' ', 2).join(' ')),
          [`${level} exchange`, `${level} queue`, 'error queue', `${level} queue`],
        );
        assert.match(found[3] ?? '', /nergens \(what applications receive\) is not there$/);
      });

      const troubles: readonly [what: string, url: (at: Broker) => string, level: string][] = [
        ['an address where nobody listens', () => 'amqp://guest:guest@127.0.0.1:1', 'warning'],
        ['a wrong password', (at) => at.url.replace(':guest@', ':wrong@'), 'error'],
        ['a virtual host that is not there', (at) => `${at.url}/nergens`, 'error'],
        ['a broker whose CA is not known', tlsUrl, 'error'],
      ];
      for (const [what, url, level] of troubles) {
        it(`has a remedy for ${what}`, async () => {
          const found = await doctor({ ...amqpSettings(url(broker)), protocol });
          assert.equal(found.length, 1);
          assert.match(found[0] ?? '', new RegExp(`^${level} .* cannot be used: `));
          assert.doesNotMatch(found[0] ?? '', /guest:|wrong/);
        });
      }
    });

    async function doctor({
      url,
      exchange,
      sendQueue,
      refused,
      receiveQueue,
    }: AmqpSettings): Promise<readonly string[]> {
      const path = join(folder, 'postiljon.yaml');
      writeFileSync(path, "name: g\nparties: ['00000099000000001000']\nebms: { host: 127.0.0.1, port: 0, tls: off }\n");
      const found = await examine(path, {
        POSTILJON_API_PORT: '0',
        POSTILJON_ADAPTERS_AMQP_HEARTBEAT_SECONDS: '3',
        POSTILJON_ADAPTERS_AMQP_URL: url,
        POSTILJON_ADAPTERS_AMQP_PROTOCOL: protocol,
        POSTILJON_ADAPTERS_AMQP_EXCHANGE: exchange,
        POSTILJON_ADAPTERS_AMQP_SEND_QUEUE: sendQueue,
        POSTILJON_ADAPTERS_AMQP_REFUSED: refused,
        ...(receiveQueue === undefined ? {} : { POSTILJON_ADAPTERS_AMQP_RECEIVE_QUEUE: receiveQueue }),
      });
      for (const { level, remedy } of found) assert.equal(remedy === undefined, level === 'ok');
      return found.filter(({ check }) => check === 'amqp').map(({ level, text }) => `${level} ${text}`);
    }

    /** With a short heartbeat, whose timers end soon; RabbitMQ takes a second to refuse a password. */
    async function open(
      given: AmqpSettings,
    ): Promise<{ readonly gateway: TestGateway } & Pick<PreparedAdapter, 'logged' | 'untilLogged'>> {
      const prepared = prepareAdapter({ ...given, heartbeatSeconds: Math.min(given.heartbeatSeconds, 3) }, systemClock);
      const routes = new Routes();
      const gateway = await openPartyGateway(gemeente, {
        parties: [gemeente.key, dienst.key],
        cpas: [cpa],
        transport: routes.transport(),
        routes: [{ destination: 'amqp' }],
        prepare: prepared.prepare,
      });
      for (const party of [gemeente, dienst]) routes.lead(party.endpoint, gateway.url);
      opened.push(async () => {
        await prepared.adapter.drain();
        await gateway.gateway.handovers.stop();
        await prepared.adapter.stop();
        await gateway.close();
      });
      await prepared.adapter.start();
      return { gateway, logged: prepared.logged, untilLogged: prepared.untilLogged };
    }

    function file(name: string, text: string): string {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    }

    function files(name: string, { certificate, key }: TestTls['server']): { certificate: string; key: string } {
      return { certificate: file(`${name}.crt`, certificate), key: file(`${name}.key`, key) };
    }
  });
}

async function declare(settings: AmqpSettings): Promise<void> {
  const operator = await openQueueApplication(settings.url);
  await declareAll(operator.channel, topology(settings));
  await operator.close();
}

function tlsUrl({ tlsUrl: url }: Broker): string {
  assert.ok(url !== undefined);
  return url;
}

async function health({ gateway }: TestGateway): Promise<HealthCheck> {
  const found = (await gateway.health()).checks.find(({ name }) => name === 'amqp');
  assert.ok(found !== undefined);
  return found;
}
