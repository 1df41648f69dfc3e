const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/** How long to wait after so many failures: 1 s, doubled up to 5 min, of which a random half is left out. */
export function backoffMs(failures: number, random: () => number): number {
  const full = Math.min(FIRST_MS * 2 ** Math.max(0, failures - 1), LONGEST_MS);
  return Math.round(full * (0.5 + random() / 2));
}
