import assert from 'node:assert/strict';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type { WusProfileName } from '../../src/wus/profiles.ts';
import { parseXml } from '../../src/xml/tree.ts';
import type { Captured } from '../setup/captures.ts';
import { fixturesPresent } from '../setup/fixtures.ts';
import { skipUnless } from '../setup/skip.ts';
import { requireHandedOn } from '../setup/wus-recorded-content.ts';
import {
  arrivedAt,
  asIncoming,
  lenient,
  openRecordedProvider,
  profileOf,
  recorded,
  recordedCase,
  type RecordedCase,
  type RecordedPlace,
  recordedCases,
  WITH_LEAVE,
} from '../setup/wus-recordings.ts';
import { all } from '../setup/wus-signatures.ts';
import { REQUESTS } from './wus-expected-requests.ts';

/** Cases of two exchanges. */
const TWICE = ['be-h2c-options-probe', 'err-s-replay'];

describe('requests of CXF with WSS4J, in the place of the provider', () => {
  const places = new Map<string, Promise<RecordedPlace>>();
  const placeOf = (profile: WusProfileName): Promise<RecordedPlace> => {
    const place = places.get(profile) ?? openRecordedProvider(profile);
    places.set(profile, place);
    return place;
  };

  before(function () {
    skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
  });

  after(async () => {
    for (const place of places.values()) await (await place).close();
  });

  it('leaves no case out', () => {
    const judged = REQUESTS.flatMap(([, , names]) => names);
    assert.deepEqual(
      [...judged, ...TWICE].sort(),
      recordedCases()
        .map((one) => one.case)
        .sort(),
    );
  });

  it('judges as Digikoppeling asks', () => {
    const asked = new Map(recordedCases().map((one) => [one.case, one.expectRequest]));
    for (const [, verdict, names] of REQUESTS) {
      const fitting = verdict === 'answered' ? ['accept', 'optional'] : ['refuse', 'optional', 'legacy'];
      for (const name of names) assert.ok(fitting.includes(asked.get(name) ?? ''), `${name}: ${asked.get(name)}`);
    }
  });

  for (const [title, verdict, names] of REQUESTS) {
    for (const name of names) {
      it(`${name} ${title}`, async () => {
        const one = recordedCase(name);
        const place = await placeOf(profileOf(one));
        assert.equal(await replay(place, one), verdict);
        if (verdict === 'answered') requireHandedOn(place, one);
      });
    }
  }

  it('be-h2c-options-probe is asked to POST, and then answered [Digikoppeling WW001]', async () => {
    const one = recordedCase('be-h2c-options-probe');
    const place = await placeOf('2W-be');
    assert.deepEqual([await replay(place, one, 1), await replay(place, one, 2)], ['HTTP_METHOD', 'answered']);
    requireHandedOn(place, one);
  });

  it('err-s-replay is answered once, and refused the second time [Digikoppeling WB013-request]', async () => {
    const one = recordedCase('err-s-replay');
    const place = await placeOf('2W-be-S');
    const asked = place.asked.length;
    assert.deepEqual([await replay(place, one, 1), await replay(place, one, 2)], ['answered', 'WUS_REPLAY']);
    assert.equal(place.asked.length, asked + 1);
  });

  for (const name of WITH_LEAVE) {
    it(`${name} is answered where the partner has leave, and the leave is logged each time`, async () => {
      const one = recordedCase(name);
      const place = await openRecordedProvider(profileOf(one), lenient());
      try {
        assert.equal(await replay(place, one), 'answered');
        requireHandedOn(place, one);
        assert.deepEqual(
          place.gateway.warnings.map(({ message }) => message),
          ['a weakening was used'],
        );
      } finally {
        await place.close();
      }
    });
  }
});

/** `answered`, or the code of the refusal as the log has it; and nothing reaches the backend then. */
async function replay(place: RecordedPlace, one: RecordedCase, n = 1): Promise<string> {
  const { clock, gateway } = place;
  clock.advance(arrivedAt(one, n) - clock.now());
  const captured = recorded(one.case, 'request', n);
  if (!captured.startLine.startsWith('POST ')) return await overHttp(gateway.url, captured);
  const [asked, warned] = [place.asked.length, gateway.warnings.length];
  const { status, headers, body } = await gateway.wus.receive(asIncoming(captured));
  const octets = body instanceof Readable ? await buffer(body) : Buffer.from(body ?? '');
  if (status === 200) {
    requireSecured(one, octets);
    return 'answered';
  }
  assert.equal(status, 500);
  assert.equal(place.asked.length, asked);
  assert.match(headers['content-type'] ?? '', /^text\/xml/);
  const [refusal] = gateway.warnings.slice(warned);
  requireSilence(octets.toString());
  return refusal !== undefined && 'code' in refusal.fields ? String(refusal.fields.code) : 'no refusal in the log';
}

/** What is no POST never gets as far as a service. */
async function overHttp(url: string, { startLine, headers, body }: Captured): Promise<string> {
  const [method = '', path = ''] = startLine.split(' ');
  const { connection: _connection, upgrade: _upgrade, host: _host, ...others } = headers;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(`${url}${path}`, { method, headers: others }, (answer) => {
    answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
  });
  sent.on('error', reject).end(body);
  assert.equal(await promise, 405);
  return 'HTTP_METHOD';
}

function requireSecured({ profile }: RecordedCase, answer: Buffer): void {
  const { root } = parseXml(answer);
  const has = (localName: string): boolean => all(root, localName).length > 0;
  assert.deepEqual(
    { signed: has('Signature'), confirmed: has('SignatureConfirmation'), encrypted: has('EncryptedData') },
    { signed: profile !== '2w-be', confirmed: profile !== '2w-be', encrypted: profile === '2w-be-se' },
  );
}

/** A fault has a code, one fixed sentence, and nothing else. */
function requireSilence(fault: string): void {
  assert.match(fault, /<faultstring>(?:00\d\d )?[A-Z][^<]{10,80}\.<\/faultstring>/);
  assert.doesNotMatch(fault, /detail|exception|\.ts|OIN|urn:example/i);
}
