import type { XsdPrimitive } from './schema.ts';

const STRINGS = [
  'string',
  'normalizedString',
  'token',
  'language',
  'Name',
  'NCName',
  'NMTOKEN',
  'NMTOKENS',
  'ID',
  'IDREF',
  'IDREFS',
  'ENTITY',
  'ENTITIES',
  'anyURI',
  'hexBinary',
  'anySimpleType',
  'duration',
  'dateTime',
  'time',
  'date',
  'gYearMonth',
  'gYear',
  'gMonthDay',
  'gDay',
  'gMonth',
] as const;
const DIGITS = [
  'integer',
  'long',
  'unsignedLong',
  'nonNegativeInteger',
  'positiveInteger',
  'nonPositiveInteger',
  'negativeInteger',
] as const;
const INTEGERS = ['int', 'short', 'byte', 'unsignedInt', 'unsignedShort', 'unsignedByte'] as const;

const of = (names: readonly string[], primitive: XsdPrimitive): readonly (readonly [string, XsdPrimitive])[] =>
  names.map((name) => [name, primitive]);

/** Built-in types by local name. QName and NOTATION are left out: their value hangs on prefixes, which JSON has not. @spec XML Schema 1.0 Part 2 §3 */
export const PRIMITIVES: ReadonlyMap<string, XsdPrimitive> = new Map([
  ...of(STRINGS, 'string'),
  ...of(DIGITS, 'digits'),
  ...of(INTEGERS, 'integer'),
  ...of(['boolean'], 'boolean'),
  ...of(['decimal'], 'decimal'),
  ...of(['float', 'double'], 'number'),
  ...of(['base64Binary'], 'base64'),
]);

/** Built-in types that tell nothing that JSON could hold. */
export const OPAQUE: ReadonlySet<string> = new Set(['anyType', 'QName', 'NOTATION']);
