import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { honestMessage, NOW, resigned, verdict } from '../../setup/wus-signatures.ts';

const MINUTE = 60_000;
const created = (text: string): string => `<wsu:Created>${text}</wsu:Created>`;
const expires = (text: string): string => `<wsu:Expires>${text}</wsu:Expires>`;
const at = (minutes: number): string => new Date(NOW + minutes * MINUTE).toISOString();

let honest = '';

/** Signed by the partner itself with this in its Timestamp. */
function withTimes(content: string): Promise<string> {
  return verdict(
    resigned(honest, (text) => text.replace(/(<wsu:Timestamp [^>]*>).*(<\/wsu:Timestamp>)/, `$1${content}$2`)),
  );
}

describe('the Timestamp of WUS', () => {
  before(async () => {
    honest = await honestMessage();
  });

  for (const [what, content] of Object.entries({
    'Created and Expires': created(at(0)) + expires(at(5)),
    'Created alone': created(at(0)),
    'whole seconds': created('2026-11-22T12:00:00Z'),
    'a fraction of nine digits': created('2026-11-22T12:00:00.123456789Z'),
    'white space': ` ${created(`\n${at(0)} `)}\n`,
    'a clock that is ahead within the skew': created(at(1)),
    'a clock that is behind within the skew': created(at(-6)),
    'an Expires within the skew': created(at(-2)) + expires(at(-1)),
    'an Expires far ahead': created(at(0)) + expires(at(100_000)),
    'no time between them': created(at(0)) + expires(at(0)),
  })) {
    it(`WB002 ${what} [Digikoppeling WB002, Digikoppeling WB002-Expires, Digikoppeling WB002-skew]`, async () => {
      assert.equal(await withTimes(content), 'verified');
    });
  }

  for (const [what, content] of Object.entries({
    nothing: '',
    'no Created': expires(at(5)),
    'two Created': created(at(0)) + created(at(0)),
    'two Expires': created(at(0)) + expires(at(5)) + expires(at(5)),
    'Expires first': expires(at(5)) + created(at(0)),
    'Expires before Created': created(at(0)) + expires(at(-0.01)),
    'an Expires that is past': created(at(-4)) + expires(at(-2)),
    'a Created that is too old, whatever Expires says': created(at(-7)) + expires(at(10)),
    'a Created ahead': created(at(1.01)),
    'no zone': created('2026-11-22T12:00:00'),
    'another zone': created('2026-11-22T13:00:00+01:00'),
    'no zone but UTC by offset': created('2026-11-22T12:00:00+00:00'),
    'a date': created('2026-11-22Z'),
    'a day that is not there': created('2026-11-31T12:00:00Z'),
    'a second that is not there': created('2026-11-22T12:00:61Z'),
    'ms since 1970': created(String(NOW)),
    'a word': created('now'),
    'an empty Created': created(''),
    'an empty Expires': created(at(0)) + expires(''),
    'a fraction without end': created(`2026-11-22T12:00:00.${'0'.repeat(1000)}Z`),
    'a comment in the time': created(at(0).replace('T', 'T<!-- c -->')),
    'an element in the time': created(`<wsu:x></wsu:x>${at(0)}`),
    'an attribute': `<wsu:Created ValueType="x">${at(0)}</wsu:Created>`,
    'another namespace': `<x:Created xmlns:x="urn:x">${at(0)}</x:Created>`,
    'a foreign child': `${created(at(0)) + expires(at(5))}<x:y xmlns:x="urn:x"></x:y>`,
    text: `${created(at(0))}x`,
  })) {
    it(`WB002 A63 ${what} is refused [Digikoppeling WB002]`, async () => {
      assert.equal(await verdict(resigned(honest, (text) => text)), 'verified');
      assert.equal(await withTimes(content), 'WUS_TIMESTAMP');
    });
  }

  it('WB002 no Timestamp is refused', async () => {
    const without = resigned(honest, (text) =>
      text.replace(/<ds:Reference URI="#TS-.*?<\/ds:Reference>/, '').replace(/<wsu:Timestamp .*<\/wsu:Timestamp>/, ''),
    );
    assert.equal(await verdict(without), 'WUS_TIMESTAMP');
  });

  it('A63 what was good a while ago is refused when its time is over [Digikoppeling WB002]', async () => {
    const until = NOW + 5 * MINUTE + MINUTE;
    assert.equal(await verdict(honest, { now: until }), 'verified');
    assert.equal(await verdict(honest, { now: until + 1 }), 'WUS_TIMESTAMP');
    assert.equal(await verdict(honest, { now: NOW - MINUTE }), 'verified');
    assert.equal(await verdict(honest, { now: NOW - MINUTE - 1 }), 'WUS_TIMESTAMP');
  });
});
