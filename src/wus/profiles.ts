export interface WusProfile {
  readonly name: WusProfileName;
  readonly signed: boolean;
  /** The Body is encrypted. */
  readonly encrypted: boolean;
}

export type WusProfileName = '2W-be' | '2W-be-S' | '2W-be-SE';

/** Of a service as a whole: every operation, request and answer has the same. @spec Digikoppeling WUS §2.3, WB003, WB011 */
export const WUS_PROFILES: readonly WusProfile[] = [
  { name: '2W-be', signed: false, encrypted: false },
  { name: '2W-be-S', signed: true, encrypted: false },
  { name: '2W-be-SE', signed: true, encrypted: true },
];
