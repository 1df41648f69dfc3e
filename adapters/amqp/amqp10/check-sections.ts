/** What begins the value of a descriptor: `smallulong`, `ulong`, and a symbol. @spec AMQP 1.0 §1.6 */
const SMALL_ULONG = 0x53;
const ULONG = 0x80;
const SYMBOL = 0xa3;
/** header, delivery-annotations, … footer. @spec AMQP 1.0 §3.2 */
const [FIRST_SECTION, LAST_SECTION] = [0x70, 0x78];
/** As rhea knows them: a section that it passes over would be lost. */
const NAMES: ReadonlySet<string> = new Set([
  'amqp:header:list',
  'amqp:delivery-annotations:map',
  'amqp:message-annotations:map',
  'amqp:properties:list',
  'amqp:application-properties:map',
  'amqp:data:binary',
  'amqp:amqp-sequence:list',
  'amqp:value:*',
  'amqp:footer:map',
]);

const DESCRIBED = 0x00;
const DEEPEST = 64;
/** Octets of a value by the first digit of its code, where they are always as many. */
const WIDTHS: Readonly<Record<number, number>> = { 4: 0, 5: 1, 6: 2, 7: 4, 8: 8, 9: 16 };

/**
 * Throws unless the octets are sections of a message, each of them whole. rhea believes every count: an array of values that take no
 * octets can say that it has four thousand million of them, and each thing that is no section is a line on stderr.
 */
export function checkSections(octets: Buffer): void {
  for (let at = 0; at < octets.length; ) {
    if (!isSection(octets, at)) throw new Error('a section that is none');
    at = endOfValue(octets, at, 0);
    if (at > octets.length) throw new Error('it ends early');
  }
}

function isSection(octets: Buffer, at: number): boolean {
  if (octets.readUInt8(at) !== DESCRIBED) return false;
  const kind = octets.readUInt8(at + 1);
  if (kind === SYMBOL) return NAMES.has(octets.toString('latin1', at + 3, at + 3 + octets.readUInt8(at + 2)));
  if (kind !== SMALL_ULONG && kind !== ULONG) return false;
  const code = kind === SMALL_ULONG ? octets.readUInt8(at + 2) : Number(octets.readBigUInt64BE(at + 2));
  return code >= FIRST_SECTION && code <= LAST_SECTION;
}

/** Behind the value whose constructor begins there. */
function endOfValue(octets: Buffer, at: number, depth: number): number {
  if (depth > DEEPEST) throw new Error('it is too deep');
  const code = octets.readUInt8(at);
  if (code === DESCRIBED) return endOfValue(octets, endOfValue(octets, at + 1, depth + 1), depth + 1);
  return endOfContent(octets, { code, at: at + 1, depth });
}

interface Content {
  readonly code: number;
  /** Behind the code. */
  readonly at: number;
  readonly depth: number;
}

function endOfContent(octets: Buffer, { code, at, depth }: Content): number {
  const digit = code >> 4;
  const width = WIDTHS[digit];
  if (width !== undefined) return at + width;
  if (digit < 0xa) throw new Error(`there is no type 0x${code.toString(16)}`);
  // Sizes and counts of even codes have one octet, those of odd ones four.
  const octetsOfSize = digit % 2 === 0 ? 1 : 4;
  const size = octets.readUIntBE(at, octetsOfSize);
  const begin = at + octetsOfSize;
  const end = begin + size;
  if (end > octets.length) throw new Error('it ends early');
  if (digit >= 0xc) checkItems(octets, { code, at: begin, depth }, { octetsOfSize, end });
  return end;
}

function checkItems(
  octets: Buffer,
  { code, at, depth }: Content,
  { octetsOfSize, end }: { readonly octetsOfSize: number; readonly end: number },
): void {
  const count = octets.readUIntBE(at, octetsOfSize);
  if (count > end - at) throw new Error(`${count} values in ${end - at} octets`);
  let next = at + octetsOfSize;
  if (code < 0xe0) {
    for (let n = 0; n < count; n++) next = endOfValue(octets, next, depth + 1);
  } else if (count > 0) {
    const item = constructorAt(octets, next, depth + 1);
    next = item.end;
    for (let n = 0; n < count; n++) next = endOfContent(octets, { code: item.code, at: next, depth: depth + 1 });
  }
  if (next > end) throw new Error('a value is longer than what holds it');
}

/** Of all values of an array; it may be described. */
function constructorAt(octets: Buffer, at: number, depth: number): { readonly code: number; readonly end: number } {
  if (depth > DEEPEST) throw new Error('it is too deep');
  const code = octets.readUInt8(at);
  if (code !== DESCRIBED) return { code, end: at + 1 };
  return constructorAt(octets, endOfValue(octets, at + 1, depth + 1), depth + 1);
}
