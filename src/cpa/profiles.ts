import type { Agreement } from './agreement.ts';
import type { Always, Protection } from './model.ts';

/** The Digikoppeling profiles of ebMS2; what each asks of a CPA. @spec Digikoppeling ebMS2 §1.4 */
export const PROFILES = {
  'osb-be': profile({ reliable: false, signed: false, encrypted: false }),
  'osb-rm': profile({ reliable: true, signed: false, encrypted: false }),
  'osb-be-s': profile({ reliable: false, signed: true, encrypted: false }),
  'osb-rm-s': profile({ reliable: true, signed: true, encrypted: false }),
  'osb-be-e': profile({ reliable: false, signed: true, encrypted: true }),
  'osb-rm-e': profile({ reliable: true, signed: true, encrypted: true }),
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;

/** In the order of the specification. */
export const PROFILE_NAMES = [
  'osb-be',
  'osb-rm',
  'osb-be-s',
  'osb-rm-s',
  'osb-be-e',
  'osb-rm-e',
] as const satisfies readonly ProfileName[];

export interface Profile {
  readonly ackRequested: Always;
  readonly ackSignatureRequested: Always;
  readonly duplicateElimination: Always;
  readonly isNonRepudiationRequired: boolean;
  readonly isConfidential: Protection;
  readonly reliable: boolean;
  readonly signed: boolean;
  readonly encrypted: boolean;
}

function profile(traits: Pick<Profile, 'reliable' | 'signed' | 'encrypted'>): Profile {
  const { reliable, signed, encrypted } = traits;
  return {
    ...traits,
    ackRequested: reliable ? 'always' : 'never',
    ackSignatureRequested: reliable && signed ? 'always' : 'never',
    duplicateElimination: reliable ? 'always' : 'never',
    isNonRepudiationRequired: signed,
    isConfidential: encrypted ? 'transient-and-persistent' : 'transient',
  };
}

/** The profile that an action follows; undefined when it is none of them. */
export function profileOf(agreement: Agreement): ProfileName | undefined {
  return PROFILE_NAMES.find((name) => follows(agreement, PROFILES[name]));
}

function follows(agreement: Agreement, wanted: Profile): boolean {
  return (
    agreement.ackRequested === wanted.ackRequested &&
    // Whether a receipt that nobody asks would be signed says nothing.
    (!wanted.reliable || agreement.ackSignatureRequested === wanted.ackSignatureRequested) &&
    agreement.duplicateElimination === wanted.duplicateElimination &&
    (agreement.signing !== undefined) === wanted.signed &&
    (agreement.encryption !== undefined) === wanted.encrypted &&
    (agreement.syncReplyMode === 'none' || (wanted.reliable && agreement.syncReplyMode === 'mshSignalsOnly'))
  );
}
