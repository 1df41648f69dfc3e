const ENDINGS: readonly (readonly [contentType: string, ending: string])[] = [
  ['application/xml', 'xml'],
  ['text/xml', 'xml'],
  ['application/json', 'json'],
  ['application/pdf', 'pdf'],
  ['application/zip', 'zip'],
  ['application/gzip', 'gz'],
  ['text/plain', 'txt'],
  ['text/csv', 'csv'],
  ['text/html', 'html'],
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/tiff', 'tiff'],
  ['application/gml+xml', 'gml'],
  ['application/octet-stream', 'bin'],
];
const UNKNOWN = 'application/octet-stream';

/** Never taken from the name that a partner gave: a partner does not choose which program opens it. */
export function endingOf(contentType: string): string {
  const bare = contentType.split(';', 1)[0]?.trim().toLowerCase();
  return ENDINGS.find(([known]) => known === bare)?.[1] ?? (bare?.endsWith('+xml') === true ? 'xml' : 'bin');
}

export function contentTypeOf(name: string): string {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return ENDINGS.find(([, known]) => known === ending)?.[0] ?? UNKNOWN;
}
