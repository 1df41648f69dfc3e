import { X509Certificate } from 'node:crypto';
import { toDateTime, typedKey } from '../../../src/index.ts';
import type { Cpa, KnownCpa } from '../../../src/index.ts';

type PartyInfo = Cpa['parties'][number];

export function cpaSummary(known: KnownCpa): object {
  return { ...head(known), parties: known.cpa.parties.map(partyHead) };
}

export function cpaDetail(known: KnownCpa): object {
  const parties = known.cpa.parties.map((party) => ({
    ...partyHead(party),
    endpoints: [...new Set([...party.transports.values()].flatMap((one) => one.endpoints.map(({ uri }) => uri)))],
    roles: party.roles.map((role) => ({
      role: role.role,
      service: typedKey(role.service),
      canSend: role.canSend.map(({ action }) => action),
      canReceive: role.canReceive.map(({ action }) => action),
    })),
    certificates: [...party.certificates.values()].map(({ certId, der }) => ({ certId, ...certificate(der) })),
  }));
  return { ...head(known), parties };
}

function head({ cpa, active, importedAt }: KnownCpa): object {
  return {
    cpaId: cpa.cpaId,
    active,
    status: cpa.status,
    start: toDateTime(cpa.start),
    end: toDateTime(cpa.end),
    importedAt: toDateTime(importedAt),
  };
}

function partyHead(party: PartyInfo): { readonly partyName: string; readonly partyIds: readonly string[] } {
  return { partyName: party.partyName, partyIds: party.partyIds.map(typedKey) };
}

function certificate(der: Uint8Array | undefined): object {
  const found = der === undefined ? undefined : open(der);
  return {
    subject: found?.subject.replaceAll('\n', ', ') ?? null,
    issuer: found?.issuer.replaceAll('\n', ', ') ?? null,
    validFrom: found?.validFromDate.toISOString() ?? null,
    validTo: found?.validToDate.toISOString() ?? null,
    sha256: found?.fingerprint256.replaceAll(':', '').toLowerCase() ?? null,
  };
}

function open(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}
