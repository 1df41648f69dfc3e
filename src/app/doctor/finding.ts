/** What the doctor found: `check` says what was looked at. */
export interface DoctorFinding {
  readonly check: string;
  readonly level: 'ok' | 'warning' | 'error';
  readonly text: string;
  readonly remedy?: string;
}

export const good = (check: string, text: string): DoctorFinding => ({ check, level: 'ok', text });
export const doubt = (check: string, text: string, remedy: string): DoctorFinding => ({
  check,
  level: 'warning',
  text,
  remedy,
});
export const bad = (check: string, text: string, remedy: string): DoctorFinding => ({
  check,
  level: 'error',
  text,
  remedy,
});
