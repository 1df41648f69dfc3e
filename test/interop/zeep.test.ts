import assert from 'node:assert/strict';
import { systemClock } from '../../src/clock.ts';
import type { WusProfileName } from '../../src/wus/profiles.ts';
import { ARCHIEF_WSDL } from '../setup/cxf-peer.ts';
import { skipUnless } from '../setup/skip.ts';
import {
  archief,
  type ArchiefTerms,
  type KeyFiles,
  keyFiles,
  providedArchief,
  sha256Hex,
} from '../setup/wus-archief.ts';
import { openBackend, type TestBackend } from '../setup/wus-backend.ts';
import { openWusGateway, type WusGateway } from '../setup/wus-gateway.ts';
import { wusKeys, type WusKeys } from '../setup/wus-keys.ts';
import { octets } from '../setup/wus-packages.ts';
import { type ZeepCall, zeepCall, type ZeepOutcome, zeepPython } from '../setup/zeep-consumer.ts';

/** A Python that starts beside other tests. */
const CALL_MS = 60_000;

type ZeepProfile = ZeepCall['profile'];
const PROFILES: readonly ZeepProfile[] = ['2W-be', '2W-be-S'];

describe('zeep with xmlsec, as a consumer over mutual TLS', function () {
  this.timeout(CALL_MS);
  const python = zeepPython();
  let keys: WusKeys;
  let files: KeyFiles;
  let backend: TestBackend;
  let here: WusGateway;

  before(async function () {
    skipUnless(this, python !== undefined, 'no Python with zeep and xmlsec');
    keys = await wusKeys();
    files = keyFiles(keys, keys.consumer, keys.provider);
    backend = await openBackend(archief);
    const { provider: ours, consumer, third } = keys;
    const provided = (
      name: string,
      profile: WusProfileName,
      partner = consumer,
    ): ReturnType<typeof providedArchief> => {
      const terms: ArchiefTerms = { name, profile, mtom: false };
      return providedArchief(terms, { ours, partner, backend: backend.url });
    };
    here = await openWusGateway({
      keys,
      party: ours,
      clock: systemClock,
      services: [
        ...(await Promise.all(PROFILES.map((profile) => provided(profile, profile)))),
        ...(await Promise.all(PROFILES.map((profile) => provided(`vreemd-${profile}`, profile, third)))),
      ],
    });
  });

  after(async () => {
    // Undefined where the suite was skipped.
    const running = here as WusGateway | undefined;
    if (running === undefined) return;
    await Promise.all([running.close(), backend.close()]);
    files.remove();
  });

  const call = (
    profile: ZeepProfile,
    operation: string,
    terms: Pick<ZeepCall, 'arguments'> & { readonly service?: string },
  ): Promise<ZeepOutcome> => {
    const { service = profile, arguments: given } = terms;
    const { key, certificate, authorities } = files;
    const url = `${here.url}/wus/${service}`;
    const order = { wsdl: ARCHIEF_WSDL, url, profile, key, certificate, authorities, operation, arguments: given };
    return zeepCall(python ?? '', order);
  };

  for (const profile of PROFILES) {
    it(`${profile}: asks, and takes the answer, its signature and confirmation too [Digikoppeling WB014]`, async () => {
      const outcome = await call(profile, 'zoekStukken', { arguments: { trefwoord: 'één & ander' } });
      assert.deepEqual(outcome, { answer: ['één & ander 1', 'één & ander 2'] });
    });

    it(`${profile}: gives octets, and gets them back`, async () => {
      const sent = octets(30_000);
      const inhoud = { base64: sent.toString('base64') };
      const outcome = await call(profile, 'bewaarStuk', { arguments: { titel: 'stuk', inhoud, terug: true } });
      assert.deepEqual(outcome, { answer: { sha256: sha256Hex(sent), grootte: 30_000, inhoud } });
    });

    it(`${profile}: gets the fault of the service, signed as the profile asks [Digikoppeling WUS-fault]`, async () => {
      const outcome = await call(profile, 'zoekStukken', { arguments: { trefwoord: 'onbekend' } });
      assert.deepEqual(outcome, { fault: { code: 'soap:Server', message: 'niets gevonden' } });
    });

    it(`${profile}: may not ask what is for others [Digikoppeling WUS-0002]`, async () => {
      const asked = backend.calls.length;
      const outcome = await call(profile, 'zoekStukken', {
        service: `vreemd-${profile}`,
        arguments: { trefwoord: 'x' },
      });
      assert.equal(outcome.answer, undefined);
      assert.equal(backend.calls.length, asked);
    });
  }

  it('gets a fault where it does not sign and the service asks it [Digikoppeling WB011]', async () => {
    const outcome = await call('2W-be', 'zoekStukken', { service: '2W-be-S', arguments: { trefwoord: 'x' } });
    assert.match(outcome.fault?.code ?? '', /InvalidSecurity$/);
  });
});
