import assert from 'node:assert/strict';
import { GatewayError } from '../../src/errors.ts';
import { createDecrypter } from '../../src/trust/decrypter.ts';
import { type ReadAnswer, readAnswer, type SentRequest } from '../../src/wus/consumer/read-answer.ts';
import type { WusPartner } from '../../src/wus/service.ts';
import { fixturesPresent } from '../setup/fixtures.ts';
import { skipUnless } from '../setup/skip.ts';
import { MAX_AGE_MS, SKEW_MS } from '../setup/wus-gateway.ts';
import { requireAnswered } from '../setup/wus-recorded-content.ts';
import {
  arrivedAt,
  asAnswer,
  consumedRegister,
  lenient,
  openRecordedConsumer,
  partyOf,
  profileOf,
  recorded,
  recordedCase,
  recordedCases,
  type RecordedCase,
  type RecordedPlace,
  WITH_LEAVE,
} from '../setup/wus-recordings.ts';
import { ANSWERS } from './wus-expected-answers.ts';

/** What is judged by a test of its own. */
const ALONE = ['http-get'];

describe('answers of CXF with WSS4J, in the place of the consumer', () => {
  let place: RecordedPlace;

  before(async function () {
    skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
    place = await openRecordedConsumer();
  });

  // Undefined where the suite was skipped.
  after(() => (place as RecordedPlace | undefined)?.close());

  it('leaves no case out', () => {
    const judged = ANSWERS.flatMap(([, , names]) => names);
    assert.deepEqual(
      [...judged, ...ALONE].sort(),
      recordedCases()
        .map((one) => one.case)
        .sort(),
    );
  });

  it('judges as Digikoppeling asks', () => {
    const asked = new Map(recordedCases().map((one) => [one.case, one.expectResponse.split(',')[0]]));
    for (const [, verdict, names] of ANSWERS) {
      for (const name of names)
        assert.ok(fitting(verdict).includes(asked.get(name) ?? ''), `${name}: ${asked.get(name)}`);
    }
  });

  for (const [title, verdict, names] of ANSWERS) {
    for (const name of names) {
      it(`${name} ${title}`, async () => {
        const one = recordedCase(name);
        assert.equal(await replay(place, one, { n: one.case === 'be-h2c-options-probe' ? 2 : 1 }), verdict);
      });
    }
  }

  it('err-s-replay: the fault for the repeat is no answer to it [Digikoppeling WUS-fault-unproven]', async () => {
    assert.equal(await replay(place, recordedCase('err-s-replay'), { n: 2 }), 'WUS_FAULT_UNPROVEN');
  });

  it('http-get is a fault under 2W-be: octet for octet that of err-be-no-addressing, which is to be one', async () => {
    // Its case.json asks for an error; nothing in the message tells the two apart, and without signatures TLS alone vouches.
    const one = recordedCase('http-get');
    assert.deepEqual(recorded('http-get', 'response').body, recorded('err-be-no-addressing', 'response').body);
    assert.deepEqual([one.expectResponse, recordedCase('err-be-no-addressing').expectResponse], ['error', 'fault']);
    assert.equal(await replay(place, one), 'fault');
  });

  for (const name of WITH_LEAVE) {
    it(`${name} is an answer where the partner has leave`, async () => {
      assert.equal(await replay(place, recordedCase(name), { partners: lenient() }), 'answer');
    });
  }

  it('a fault says what the service said, and its detail stands on its own [Digikoppeling WUS-fault]', async () => {
    for (const name of [
      'be-fault-business',
      's-fault-business',
      's-fault-mtom',
      'se-fault-business',
      'se-policy-fault',
    ]) {
      const { outcome } = await read(place, recordedCase(name));
      assert.ok(outcome.kind === 'fault');
      assert.equal(outcome.fault.faultcode.localName, 'Server');
      assert.equal(outcome.fault.faultstring, 'Server.R0404.Onbekende id');
      assert.match(outcome.fault.detail.join(), /registerFout xmlns.*<(?:\w+:)?code>R0404</);
    }
  });

  it('leaves nothing in the payload store, whatever came', async () => {
    for (const name of ['err-s-mtom-include-signed', 's-mtom-both-ways', 's-fault-mtom'])
      await replay(place, recordedCase(name));
    assert.deepEqual(place.files(), []);
  });
});

/** What of `expectResponse` a verdict is. */
function fitting(verdict: string): readonly string[] {
  if (verdict === 'answer') return ['accept', 'optional'];
  return verdict === 'fault' ? ['fault'] : ['refuse', 'error', 'legacy', 'optional'];
}

interface ReplayOptions {
  readonly n?: number;
  readonly partners?: ReadonlyMap<string, WusPartner>;
}

async function replay(place: RecordedPlace, one: RecordedCase, options: ReplayOptions = {}): Promise<string> {
  try {
    const answer = await read(place, one, options);
    const { outcome } = answer;
    if (outcome.kind === 'answer') await requireAnswered(outcome.content, one, place.gateway.payloads);
    await answer.discard();
    return outcome.kind;
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
}

/** The recorded request is the one that was sent: what answers it has to relate to that, and to confirm it. */
async function read(
  { clock, trust, gateway }: RecordedPlace,
  one: RecordedCase,
  { n = 1, partners = new Map() }: ReplayOptions = {},
): Promise<ReadAnswer> {
  clock.advance(arrivedAt(one, n) - clock.now());
  return await readAnswer(asAnswer(recorded(one.case, 'response', n)), await sentRequest(one, n), {
    payloads: gateway.payloads,
    partners,
    trust,
    decrypter: createDecrypter([partyOf('consumer')]),
    clock,
    log: { debug: drop, info: drop, warn: drop, error: drop },
    skewMs: SKEW_MS,
    maxAgeMs: MAX_AGE_MS,
  });
}

const drop = (): void => undefined;

async function sentRequest(one: RecordedCase, n: number): Promise<SentRequest> {
  const text = recorded(one.case, 'request', n).body.toString('latin1');
  const service = await consumedRegister(profileOf(one));
  const name = one.operation.startsWith('bestand') ? 'levertBestand' : 'geefGegevens';
  return {
    service,
    operation: service.wsdl.operations.find((operation) => operation.name === name) ?? assert.fail(name),
    messageId: /MessageID[^>]*>([^<]*)</.exec(text)?.[1] ?? 'urn:uuid:that-was-taken-out',
    signatureValue: /SignatureValue[^>]*>([^<]*)</.exec(text)?.[1],
  };
}
