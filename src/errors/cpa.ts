import { type ErrorRow, row } from './error-row.ts';

/** Contracts and their parties. */
export const CPA_ERRORS = {
  CPA_UNKNOWN: row(404, 'The CPA is not known here.', 'Import and activate the CPA on both sides.', {
    spec: 'ebMS2 §3.1.2',
  }),
  CPA_INACTIVE: row(409, 'The CPA is not active.', 'Activate the CPA, or use one whose dates include today.', {
    ebms: 'Inconsistent',
    spec: 'CPPA 2.0 §9.3',
  }),
  CPA_INVALID: row(400, 'The CPA is not valid.', 'Mend the findings; `postiljon cpa validate FILE` lists them.', {
    spec: 'CPPA 2.0 §9',
  }),
  CPA_EXISTS: row(409, 'Another CPA with this id is stored.', 'Delete it first, or give the new one another cpaid.'),
  CPA_IN_USE: row(
    409,
    'The CPA is active, or messages under it are still under way.',
    'Deactivate the CPA and wait until its messages have ended.',
  ),
  PARTY_UNKNOWN: row(422, 'The party is not one of the CPA.', 'Use a party of the CPA.', {
    ebms: 'Inconsistent',
    spec: 'ebMS2 §3.1.1',
  }),
} as const satisfies Record<string, ErrorRow>;
