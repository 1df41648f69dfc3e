import assert from 'node:assert/strict';
import { actorXPath } from '../../src/xmlsec/actor-filter.ts';
import { hermesMarkup, hermesPackage, hermesSigned, keyInfo } from '../setup/hermes-style.ts';
import {
  type Draft,
  draft,
  type Receiving,
  requireAccepted,
  requireRefused,
  SECURITY,
  withReceiver,
} from '../setup/msh-partner.ts';
import { openRecordingPartner } from '../setup/recording-partner.ts';
import { partyA, partyB } from '../setup/test-keys.ts';

const SIGNED = { profile: 'osb-rm-s', sync: true } as const;
const UNSIGNED = { profile: 'osb-rm', sync: true } as const;
/** Numbered as Hermes numbers them: no host behind them. */
const PARTS = [0, 1].map((n) => ({ contentId: `Payload-${n}`, body: Buffer.from(`<deel n="${n}">één</deel>\n`) }));

const PACKINGS = {
  'no start parameter, and nothing after the last boundary': {},
  'parameters in another order': {
    contentType: (boundary: string) => `Multipart/Related; type="text/xml"; boundary="${boundary}"`,
  },
  'a boundary without quotes that should have them': {
    contentType: (boundary: string) => `multipart/related;boundary=${boundary};type=text/xml`,
  },
  'Content-Id in other letters': { idField: 'Content-Id: ' },
  'two blanks before the Content-ID': { idField: 'Content-ID:  ' },
  'no blank before the Content-ID': { idField: 'CONTENT-ID:' },
  'an epilogue': { end: '\r\nthe end\r\n' },
} as const;

describe('habits of Hermes on the way in', () => {
  for (const [what, packing] of Object.entries(PACKINGS)) {
    it(`§2.1.2 ${what}`, () =>
      receiving(async (at, one) => requireReceipt(at, hermesPackage(hermesSigned(one), one, packing))));
  }

  for (const prefix of ['SOAP-ENV', 'S', 'e1']) {
    it(`§2.3 prefix ${prefix}, eb and ds declared where they are used, xmlns:xml`, () =>
      receiving(async (at, one) => requireReceipt(at, hermesPackage(hermesSigned(one, { prefix }), one))));
  }

  it('§2.3.2 xsi:schemaLocation on Envelope, Header and Body: nobody asks that address', async () => {
    const host = await openRecordingPartner();
    try {
      await receiving(async (at, one) => {
        const envelope = hermesSigned(one, { schemas: `${host.url}/` });
        assert.equal(envelope.toString().split(host.url).length, 7);
        await requireReceipt(at, hermesPackage(envelope, one));
      });
      assert.equal(host.requests.length, 0);
    } finally {
      await host.close();
    }
  });

  for (const blank of [' ', '\n', '\t ', ' \n  ']) {
    it(`§4.1.3 ${JSON.stringify(blank)} round the bar and the brackets of the filter`, () =>
      receiving(async (at, one) => {
        const xpath = actorXPath('SOAP-ENV').replace('|', `${blank}|${blank}`).replaceAll('[', `${blank}[${blank}`);
        await requireReceipt(at, hermesPackage(hermesSigned(one, { xpath: `${blank}${xpath}${blank}` }), one));
      }));
  }

  for (const [what, certificates] of [
    ['leaf first', [partyA.certificate, partyB.certificate]],
    ['leaf last', [partyB.certificate, partyA.certificate]],
    ['another one only: the contract says which counts', [partyB.certificate]],
  ] as const) {
    it(`§4.1.3 several X509Data, ${what}`, () =>
      receiving(async (at, one) =>
        requireReceipt(at, hermesPackage(hermesSigned(one, { keyInfo: keyInfo(certificates) }), one)),
      ));
  }

  for (const [what, change] of Object.entries({
    'offset and milliseconds': (ms: number) => withOffset(ms, 0),
    'an offset to the east': (ms: number) => withOffset(ms, 120),
    'an offset to the west': (ms: number) => withOffset(ms, -330),
  })) {
    it(`§3.1.6.2 a Timestamp and a TimeToLive with ${what}`, () =>
      receiving(async (at, one) => {
        const now = at.clock.now();
        const timed = withTimes(one, { timestamp: change(now - 1000), timeToLive: change(now + 3_600_000) });
        await requireReceipt(at, hermesPackage(hermesSigned(timed), timed));
        const late = withTimes(draftOf(at), {
          timestamp: change(now - 7_200_000),
          timeToLive: change(now - 3_600_000),
        });
        await requireRefused(at, hermesPackage(hermesSigned(late), late), {
          code: 'MESSAGE_EXPIRED',
          error: ['TimeToLiveExpired', '//Header/MessageHeader/MessageData/TimeToLive'],
        });
      }));
  }

  it('§3.1.6.4 no TimeToLive, no Role: the contract knows them', () =>
    receiving(async (at, one) => {
      const { header } = one.message;
      const bare = withTimes(one, { timestamp: withOffset(at.clock.now(), 0), timeToLive: undefined });
      const from = { ...header.from, role: undefined };
      const to = { ...header.to, role: undefined };
      const message = { ...bare.message, header: { ...bare.message.header, from, to } };
      await requireReceipt(at, hermesPackage(hermesSigned({ ...bare, message }), one));
    }));

  for (const [what, terms] of Object.entries({ signed: SIGNED, unsigned: UNSIGNED })) {
    it(`§6.5.6 a repeat under another boundary is the same message, ${what}`, () =>
      withReceiver(terms, async (at) => {
        const one = draftOf(at);
        const envelope = terms === SIGNED ? hermesSigned(one) : Buffer.from(hermesMarkup(one));
        const first = await requireAccepted(at, hermesPackage(envelope, one));
        for (const n of [2, 3]) {
          const boundary = `----=_Part_${n}_1683485409.1795307287541`;
          const again = await at.here.post(hermesPackage(envelope, one, { boundary, end: '\r\n' }));
          assert.deepEqual(again.body, first.body);
        }
        const { items } = await at.here.gateway.messages.list({ limit: 10 });
        assert.equal(items.length, 1);
      }));
  }
});

describe('what Hermes would accept and we refuse', () => {
  it('§4.1.4 a signature over the envelope alone', () =>
    receiving((at, one) =>
      requireRefused(at, hermesPackage(hermesSigned(one, { references: '' }), one), {
        code: 'SIGNATURE_COVERAGE',
        error: SECURITY,
      }),
    ));

  it('§4.1.4 no signature where the contract asks one', () =>
    receiving((at, one) =>
      requireRefused(at, hermesPackage(hermesMarkup(one), one), { code: 'SIGNATURE_MISSING', error: SECURITY }),
    ));

  it('§4.1.4 SHA-1 under a contract of SHA-256', () =>
    receiving((at, one) =>
      requireRefused(at, hermesPackage(hermesSigned(one, { digest: 'http://www.w3.org/2000/09/xmldsig#sha1' }), one), {
        code: 'SIGNATURE_ALGORITHM',
        error: SECURITY,
      }),
    ));

  it('§3.1 another version', () =>
    receiving(async (at, one) => {
      const message = { ...one.message, header: { ...one.message.header, version: '1.0' } };
      await requireRefused(at, hermesPackage(hermesSigned({ ...one, message }), one), {
        code: 'HEADER_VALUE',
        error: ['Inconsistent', '//Header/MessageHeader/@version'],
      });
    }));
});

/** A gateway under the signed contract, and a draft that its partner may send. */
function receiving(use: (at: Receiving, one: Draft) => Promise<void>): Promise<void> {
  return withReceiver(SIGNED, (at) => use(at, draftOf(at)));
}

function draftOf(at: Receiving): Draft {
  return draft(at, PARTS);
}

/** Accepted, with a signed receipt that copies every Reference. */
async function requireReceipt(at: Receiving, request: ReturnType<typeof hermesPackage>): Promise<void> {
  const { status, body } = await requireAccepted(at, request);
  assert.equal(status, 200);
  assert.deepEqual(
    [...body.toString().matchAll(/<ds:Reference URI="([^"]*)"/g)].map((match) => match[1]),
    ['', ...PARTS.map(({ contentId }) => `cid:${contentId}`), ''],
  );
}

function withTimes(one: Draft, times: { timestamp: string; timeToLive: string | undefined }): Draft {
  const { header } = one.message;
  return {
    ...one,
    message: { ...one.message, header: { ...header, messageData: { ...header.messageData, ...times } } },
  };
}

/** The same moment by a clock that is so many minutes ahead of UTC. */
function withOffset(ms: number, minutes: number): string {
  const sign = minutes < 0 ? '-' : '+';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) =>
    String(n).padStart(2, '0'),
  );
  return `${new Date(ms + minutes * 60_000).toISOString().slice(0, -1)}${sign}${hours}:${rest}`;
}
