import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { systemClock } from '../../src/clock.ts';
import { GatewayError } from '../../src/errors.ts';
import { underlying } from '../../src/wus/consumer/call-failures.ts';
import type { WusOutcome } from '../../src/wus/content.ts';
import type { WusProfileName } from '../../src/wus/profiles.ts';
import { childElements, parseXml, simpleText } from '../../src/xml/tree.ts';
import { CxfPeer, CxfUnavailable, cxfMissing } from '../setup/cxf-peer.ts';
import { skipUnless } from '../setup/skip.ts';
import {
  archief,
  type ArchiefTerms,
  bewaarStuk,
  consumedArchief,
  type KeyFiles,
  keyFiles,
  providedArchief,
  sha256Hex,
  zoekStukken,
} from '../setup/wus-archief.ts';
import { openBackend, type TestBackend } from '../setup/wus-backend.ts';
import { openWusGateway, type WusGateway } from '../setup/wus-gateway.ts';
import { wusKeys, type WusKeys } from '../setup/wus-keys.ts';
import { octets } from '../setup/wus-packages.ts';
import { all } from '../setup/wus-signatures.ts';

/** A build by Maven where there is none yet; a JVM that starts beside other tests. */
const START_MS = 400_000;
const CALL_MS = 60_000;

const PROFILES: readonly WusProfileName[] = ['2W-be', '2W-be-S', '2W-be-SE'];
const COMBINATIONS: readonly ArchiefTerms[] = PROFILES.flatMap((profile) =>
  [false, true].map((mtom) => ({ name: `${profile}${mtom ? '-mtom' : ''}`, profile, mtom })),
);

/** Called by nobody but the third party, and answered, it says, by it. */
const STRANGE: readonly ArchiefTerms[] = PROFILES.map((profile) => ({
  name: `vreemd-${profile}`,
  profile,
  mtom: false,
}));

/** CXF is the party `provider` of the keys, in both roles; we are `consumer`. */
describe('Apache CXF with WSS4J, live over mutual TLS', function () {
  this.timeout(CALL_MS);
  let keys: WusKeys;
  let files: KeyFiles;
  let cxf: CxfPeer;
  let backend: TestBackend;
  let here: WusGateway;

  before(async function () {
    this.timeout(START_MS);
    const missing = cxfMissing();
    skipUnless(this, missing === undefined, missing ?? '');
    keys = await wusKeys();
    files = keyFiles(keys, keys.provider, keys.consumer);
    const started = await CxfPeer.start(files).catch((error: unknown) => {
      if (error instanceof CxfUnavailable) return undefined;
      throw error;
    });
    skipUnless(this, started !== undefined, 'Maven cannot fetch CXF');
    if (started === undefined) return;
    cxf = started;
    backend = await openBackend(archief);
    here = await openWusGateway({ keys, party: keys.consumer, clock: systemClock, services: await services() });
  });

  after(async () => {
    // Undefined where the suite was skipped, at whatever point.
    (files as KeyFiles | undefined)?.remove();
    const running = cxf as CxfPeer | undefined;
    if (running === undefined) return;
    await here.close();
    await Promise.all([running.stop(), backend.close()]);
  });

  const services = async (): Promise<Parameters<typeof openWusGateway>[0]['services']> => {
    const { consumer: ours, provider: partner, third } = keys;
    const made = [];
    for (const terms of COMBINATIONS) {
      const endpoint = await cxf.provide(terms.profile, terms.mtom);
      made.push(
        await providedArchief(terms, { ours, partner, backend: backend.url }),
        await consumedArchief(terms, { ours, partner, endpoint }),
      );
      const strange = STRANGE.find(({ profile }) => profile === terms.profile && !terms.mtom);
      if (strange === undefined) continue;
      made.push(await providedArchief(strange, { ours, partner: third, backend: backend.url }), {
        // Of one address one party is expected, so this is another one.
        ...(await consumedArchief(strange, {
          ours,
          partner: third,
          endpoint: endpoint.replace('127.0.0.1', 'localhost'),
        })),
        encryptFor: partner.der,
      });
    }
    return made;
  };

  const called = ({ name, profile, mtom }: ArchiefTerms, settings: Record<string, string>): Promise<string> => {
    const url = `${here.url}/wus/${name}`;
    const to = `${url}?OIN=${keys.consumer.oin}`;
    return cxf.call({ url, to, from: `urn:x?OIN=${keys.provider.oin}`, profile, mtom: String(mtom), ...settings });
  };

  const call = async ({ name }: ArchiefTerms, body: string): Promise<WusOutcome> => {
    const content = { body: Buffer.from(body), attachments: [] };
    return (await here.wus.call({ service: name, operation: undefined, content })).outcome;
  };

  for (const terms of COMBINATIONS) {
    const how = `${terms.profile}${terms.mtom ? ' with MTOM' : ''}`;

    it(`asks us, and takes our answer: ${how} [Digikoppeling WS003]`, async () => {
      const trefwoord = 'bouwvergunning';
      assert.equal(
        await called(terms, { operation: 'zoekStukken', trefwoord }),
        'answer bouwvergunning 1|bouwvergunning 2',
      );
    });

    it(`gives us octets, and gets them back: ${how} [Digikoppeling WM001]`, async () => {
      const asked = backend.calls.length;
      const answer = await called(terms, { operation: 'bewaarStuk', size: '70000' });
      const { sent, stored, back, size } = fieldsOf(answer);
      assert.deepEqual({ stored, back, size }, { stored: sent, back: sent, size: '70000' });
      const type = backend.calls[asked]?.headers['content-type'] ?? '';
      // Under encryption the octets are in the Body, whatever is agreed.
      assert.equal(type.startsWith('multipart/related'), terms.mtom && terms.profile !== '2W-be-SE');
    });

    it(`gets the fault of our service as its own: ${how} [Digikoppeling WUS-fault]`, async () => {
      const fault = await called(terms, { operation: 'zoekStukken', trefwoord: 'onbekend' });
      assert.equal(fault, 'fault A404 niets gevonden');
    });

    it(`answers us: ${how} [Digikoppeling WB011]`, async () => {
      const outcome = await call(terms, zoekStukken('bestemmingsplan'));
      assert.ok(outcome.kind === 'answer');
      const titles = childElements(parseXml(outcome.content.body).root).map(simpleText);
      assert.deepEqual(titles, ['bestemmingsplan 1', 'bestemmingsplan 2']);
    });

    it(`keeps our octets, and gives them back: ${how} [Digikoppeling WM001]`, async () => {
      const sent = octets(70_000);
      const outcome = await call(terms, bewaarStuk(sent.toString('base64')));
      assert.ok(outcome.kind === 'answer');
      const { root } = parseXml(outcome.content.body);
      const [attachment] = outcome.content.attachments;
      const [inhoud] = all(root, 'inhoud');
      const back =
        attachment === undefined
          ? Buffer.from(inhoud === undefined ? '' : (simpleText(inhoud) ?? ''), 'base64')
          : await buffer(await here.wus.openAttachment(attachment));
      assert.equal(all(root, 'sha256').map(simpleText).join(), sha256Hex(sent));
      assert.equal(sha256Hex(back), sha256Hex(sent));
    });

    it(`gives us its fault, and we give it on: ${how} [Digikoppeling WUS-fault]`, async () => {
      const outcome = await call(terms, zoekStukken('onbekend'));
      assert.ok(outcome.kind === 'fault');
      assert.equal(outcome.fault.faultstring, 'niets gevonden');
      assert.match(outcome.fault.detail.join(), /archiefFout.*code>A404</);
    });
  }

  it('gives and gets five million octets as signed attachments [Digikoppeling WM001]', async () => {
    for (const terms of COMBINATIONS.filter(({ name }) => name === '2W-be-S-mtom')) {
      const { sent, stored, back } = fieldsOf(await called(terms, { operation: 'bewaarStuk', size: '5000000' }));
      assert.deepEqual({ stored, back }, { stored: sent, back: sent });
    }
  });

  for (const terms of STRANGE) {
    it(`may not ask what is for others: ${terms.profile} [Digikoppeling WUS-0002]`, async () => {
      const asked = backend.calls.length;
      const answer = await called(terms, { operation: 'zoekStukken', trefwoord: 'x' });
      assert.doesNotMatch(answer, /^answer/);
      assert.equal(backend.calls.length, asked);
      assert.equal(here.warnings.at(-1)?.message, 'a consultation was refused, or failed');
    });
  }

  for (const terms of STRANGE.filter(({ profile }) => profile !== '2W-be')) {
    it(`is not taken for another party: ${terms.profile} [Digikoppeling WB013-answer]`, async () => {
      await assert.rejects(call(terms, zoekStukken('x')), isCode('WUS_TOKEN'));
    });
  }

  it('is not taken for another party by its TLS certificate, where nobody signs: 2W-be [Digikoppeling WT002]', async () => {
    for (const terms of STRANGE.filter(({ profile }) => profile === '2W-be'))
      await assert.rejects(call(terms, zoekStukken('x')), isCode('WUS_PEER_UNREACHABLE'));
  });
});

function isCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof GatewayError && underlying(error).code === code;
}

function fieldsOf(answer: string): Record<string, string> {
  assert.match(answer, /^answer /);
  return Object.fromEntries([...answer.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]));
}
