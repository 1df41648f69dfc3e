import type { ErrorCode } from '../../../src/errors.ts';
import type { Check } from '../../../src/msh/inbound/checks/check.ts';
import type { ContractTerms } from '../../setup/msh-contracts.ts';
import type { Change } from './verified-message.ts';

/** What one rule lets pass, and what it refuses. */
export interface Row {
  readonly check: Check;
  readonly passes: readonly (readonly [what: string, terms: ContractTerms, change?: Change])[];
  readonly refuses: readonly (readonly [
    what: string,
    terms: ContractTerms,
    change: Change,
    code: ErrorCode,
    location: string,
  ])[];
}
