import type { ErrorCode } from '../../errors.ts';

export type EvidenceSubject =
  | 'files'
  | 'contract'
  | 'message'
  | 'receipt'
  | 'certificate'
  | 'authorities'
  | 'revocation'
  | 'events';

/** `proven`: holds. `failed`: does not hold, so the evidence is worth nothing. `unproven`: nothing here can show it. */
export type Verdict = 'proven' | 'failed' | 'unproven';

export interface EvidenceFinding {
  readonly subject: EvidenceSubject;
  readonly verdict: Verdict;
  readonly text: string;
  /** Code of src/errors.ts that the gateway would refuse it with. */
  readonly code?: ErrorCode;
}

/** Findings in the order they were made. */
export class EvidenceFindings {
  readonly #list: EvidenceFinding[] = [];

  get list(): readonly EvidenceFinding[] {
    return this.#list;
  }

  hold(): boolean {
    return this.#list.every(({ verdict }) => verdict !== 'failed');
  }

  proven(subject: EvidenceSubject, text: string): void {
    this.#list.push({ subject, verdict: 'proven', text });
  }

  unproven(subject: EvidenceSubject, text: string): void {
    this.#list.push({ subject, verdict: 'unproven', text });
  }

  failed(subject: EvidenceSubject, text: string, code?: ErrorCode): void {
    this.#list.push({ subject, verdict: 'failed', text, ...(code === undefined ? {} : { code }) });
  }
}
