const COMPACT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/;

/** `20261122T120000000Z`: sorts by time, and is a name on every file system. */
export function compactTime(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:.]/g, '');
}

/** The time with which a name begins; undefined when it begins with none. */
export function timeOfName(name: string): number | undefined {
  const match = COMPACT.exec(name);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, ms] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(time) ? undefined : time;
}

const LONGEST = 80;

/** What every file system takes, and no program reads as more than a name. */
export function harmless(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9@._-]/g, '_').slice(0, LONGEST);
}
