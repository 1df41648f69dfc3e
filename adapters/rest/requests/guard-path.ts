import { GatewayError } from '../../../src/index.ts';

const LONGEST_PATH = 2048;

/**
 * Refuses paths that two programs may read differently, before any of them is matched: empty and dot segments however
 * they are encoded, control characters, backslashes and matrix parameters. An encoded slash stays: it may be part of
 * an id, which is data and never a file name.
 */
export function guardPath(url: string): void {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  if (path.length > LONGEST_PATH) throw refused('is too long');
  if (path.includes(';')) throw refused('holds a semicolon');
  if (path.includes('//')) throw refused('holds an empty segment');
  let text = path;
  for (let round = 0; round < 3; round++) {
    if (hasControl(text)) throw refused('holds a control character or a backslash');
    if (text.split('/').some((segment) => segment === '.' || segment === '..')) throw refused('holds a dot segment');
    const decoded = decode(text, round);
    if (decoded === text) return;
    text = decoded;
  }
}

/** One round of percent-decoding; what is malformed is an error in the first round and data in later ones. */
function decode(text: string, round: number): string {
  try {
    return decodeURIComponent(text);
  } catch {
    if (round === 0) throw refused('is not percent-encoded as it should');
    return text;
  }
}

function hasControl(text: string): boolean {
  return /[\p{Cc}\\]/u.test(text);
}

function refused(reason: string): GatewayError {
  return new GatewayError('REQUEST_INVALID', { detail: `the path ${reason}` });
}
