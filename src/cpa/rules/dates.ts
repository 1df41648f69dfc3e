import { toDateTime } from '../../clock.ts';
import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { ROOT } from './places.ts';
import type { RuleSubject } from './places.ts';

const START = `${ROOT}/Start`;
const END = `${ROOT}/End`;
const DAY_MS = 86_400_000;
const TEN_YEARS_MS = 3653 * DAY_MS;
const SOON_MS = 60 * DAY_MS;

/** Start and End. @spec CPPA 2.0 §9.3 */
export function checkDates({ cpa, now }: RuleSubject): readonly Finding[] {
  const { start, end } = cpa;
  if (start >= end) return [finding('DATES_REVERSED', START)];
  if (end <= now) return [finding('DATES_ENDED', END, toDateTime(end))];
  const findings: Finding[] = [];
  if (start > now) findings.push(finding('DATES_LATER', START, toDateTime(start)));
  if (end - now < SOON_MS) findings.push(finding('DATES_END_SOON', END, toDateTime(end)));
  if (end - now > TEN_YEARS_MS) findings.push(finding('DATES_LONG', END, toDateTime(end)));
  return findings;
}
