import { readFileSync } from 'node:fs';

/** The version in package.json, which lies one level higher when this runs from dist/. */
export function version(): string {
  const candidates = [
    new URL('../../package.json', import.meta.url),
    new URL('../../../package.json', import.meta.url),
  ];
  for (const url of candidates) {
    const manifest = manifestAt(url);
    if (manifest !== undefined) return manifest;
  }
  return 'unknown';
}

function manifestAt(url: URL): string | undefined {
  try {
    const manifest: { readonly name?: unknown; readonly version?: unknown } = JSON.parse(readFileSync(url, 'utf8'));
    return manifest.name === 'postiljon' && typeof manifest.version === 'string' ? manifest.version : undefined;
  } catch {
    return undefined;
  }
}
