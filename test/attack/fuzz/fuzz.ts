import * as fc from 'fast-check';

/** `POSTILJON_FUZZ_SEED` replays a run, `POSTILJON_FUZZ_MS` makes each target run longer than it does with every test. */
const SEED = Number(process.env['POSTILJON_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const TIME_MS = Number(process.env['POSTILJON_FUZZ_MS'] ?? 1000);
const MOST_RUNS = 10_000_000;
const SLOWEST_RUN_MS = 20_000;

/** Beyond the time that mocha waits: what hangs is named by it. */
export const FUZZ_TIMEOUT_MS = TIME_MS * 2 + SLOWEST_RUN_MS;

/** For titles: what a report needs to be run again. */
export const FUZZ_SEED = `POSTILJON_FUZZ_SEED=${SEED}`;

const BOUNDS = {
  seed: SEED,
  numRuns: MOST_RUNS,
  interruptAfterTimeLimit: TIME_MS,
  markInterruptAsFailure: false,
} as const;

/** Runs `holds` on mutations for a bounded time; a failure shows seed, path and the smallest input that was found. */
export function fuzz(inputs: fc.Arbitrary<string>, holds: (octets: Buffer) => void): void {
  fc.assert(
    fc.property(inputs, (text) => holds(Buffer.from(text, 'latin1'))),
    BOUNDS,
  );
}

/** The same for what takes its time. */
export function fuzzAsync(inputs: fc.Arbitrary<string>, holds: (octets: Buffer) => Promise<void>): Promise<void> {
  return fc.assert(
    fc.asyncProperty(inputs, (text) => holds(Buffer.from(text, 'latin1'))),
    BOUNDS,
  );
}

/** Doubles of fast-check are nearly all near 0: everything would happen at the begin. */
const PLACES = 2 ** 20;
const BYTES = ['\0', '\xff', '\r', '\n', '\r\n', '--', '<', '>', '&', '"', '\xef\xbb\xbf', '\xc3', ' ', ':', ';', '='];

interface Mutation {
  readonly kind: 'drop' | 'double' | 'swap' | 'cut' | 'scrap' | 'octet' | 'repeat';
  readonly at: number;
  readonly to: number;
  readonly scrap: string;
  readonly octet: number;
}

/**
 * Mutations of a sample that follow its structure: its tokens are dropped, doubled, swapped and repeated, and scraps of
 * other tokens are put between; octets change too. In latin1: each character is an octet.
 */
export function mutations(samples: readonly Buffer[], split: RegExp, scraps: readonly string[]): fc.Arbitrary<string> {
  const parsed = samples.map((sample) => sample.toString('latin1').split(split));
  const own = parsed.flatMap((tokens) => tokens.filter((token) => token.length > 0 && token.length < 300));
  const anywhere = fc.noBias(fc.nat(PLACES - 1)).map((place) => place / PLACES);
  const mutation: fc.Arbitrary<Mutation> = fc.record({
    kind: fc.constantFrom('drop', 'double', 'swap', 'cut', 'scrap', 'scrap', 'octet', 'repeat'),
    at: anywhere,
    to: anywhere,
    scrap: fc.constantFrom(...BYTES, ...scraps, ...own),
    octet: fc.noBias(fc.nat(255)),
  });
  return fc
    .tuple(fc.constantFrom(...parsed), fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([tokens, list]) => list.reduce(mutate, [...tokens]).join(''));
}

function mutate(tokens: readonly string[], { kind, at, to, scrap, octet }: Mutation): string[] {
  const changed = [...tokens];
  const here = Math.floor(at * changed.length);
  const there = Math.floor(to * changed.length);
  const token = changed[here] ?? '';
  const inside = Math.floor(to * token.length);
  if (kind === 'drop') changed.splice(here, 1);
  if (kind === 'double') changed.splice(there, 0, token);
  if (kind === 'swap') [changed[here], changed[there]] = [changed[there] ?? '', token];
  if (kind === 'cut') changed.splice(here);
  if (kind === 'scrap') changed[here] = token.slice(0, inside) + scrap + token.slice(inside);
  if (kind === 'octet') changed[here] = token.slice(0, inside) + String.fromCharCode(octet) + token.slice(inside + 1);
  if (kind === 'repeat') changed.splice(here, 0, ...Array.from({ length: 50 }, () => token));
  return changed;
}
