const LONGEST = 120;
/** Characters that change how a name is shown: direction marks and overrides. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * A Content-Disposition that saves the octets under a harmless name: the last segment of what the sender gave,
 * without control and direction characters and without leading dots. @spec RFC 6266
 */
export function attachment(name: string | undefined, otherwise: string): string {
  const segment = (name ?? '').split(/[/\\]/).at(-1) ?? '';
  const safe = segment
    .replaceAll(INVISIBLE, '')
    .replace(/^[.\s]+/, '')
    .slice(0, LONGEST)
    .toWellFormed();
  const shown = safe === '' ? otherwise : safe;
  const ascii = shown.replaceAll(/[^A-Za-z0-9._ -]/g, '_');
  const encoded = encodeURIComponent(shown).replaceAll(
    /['()*!]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
