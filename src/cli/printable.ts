/*
 * A partner, or an application, chose parts of what is shown: names of payloads, ids, words of errors. None of it may steer the
 * terminal of an operator, turn its text around, or look like a line of ours.
 */

/** Control characters other than ends of lines and tabs, and those that are not seen (direction marks and the like). */
const ACTIVE = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/gu;
const NO_PART_OF_A_LINE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Text of several lines. */
export function printable(text: string): string {
  return text.replaceAll(ACTIVE, '\uFFFD');
}

/** What stands within a line. */
export function inOneLine(text: string): string {
  return text.replaceAll(NO_PART_OF_A_LINE, ' ');
}
