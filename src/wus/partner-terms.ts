import type { WusPartner } from './service.ts';

const NOTHING: WusPartner = {
  allow: { sha1: false, cbc: false, rsa15: false, keyReferences: false, unsignedConfirmation: false },
  certificates: [],
  encryptFor: undefined,
  tlsOin: undefined,
};

/** The terms of a partner; the strict ones of nobody in particular where there are none, or nobody is known. */
export function partnerTerms(partners: ReadonlyMap<string, WusPartner>, oin: string | undefined): WusPartner {
  return (oin === undefined ? undefined : partners.get(oin)) ?? NOTHING;
}
