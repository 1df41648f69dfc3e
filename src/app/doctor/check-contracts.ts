import { existsSync } from 'node:fs';
import { readCertificate } from '../../cpa/certificate.ts';
import type { Cpa, PartyInfo } from '../../cpa/model.ts';
import { parseCpa } from '../../cpa/parse-cpa.ts';
import { typedKey } from '../../cpa/typed-value.ts';
import { validateCpa } from '../../cpa/validate-cpa.ts';
import { toGatewayError } from '../../errors.ts';
import { SOON_DAYS } from '../../msh/health.ts';
import type { CpaRecord } from '../../ports/store.ts';
import { openStoreReader } from '../../store/open-store.ts';
import type { Decrypter, Signer } from '../../ports/trust.ts';
import { daysLeft } from '../../trust/certificate.ts';
import { createDecrypter } from '../../trust/decrypter.ts';
import { createSigner, type SigningKey } from '../../trust/key-ring.ts';
import type { Config, KeyFiles } from '../config/config.ts';
import { pathOf } from '../folders.ts';
import { loadKey } from '../load-keys.ts';
import { checkPartner } from './check-partner.ts';
import { bad, doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

/** The store can be opened, and each active contract can be used: own key, own party, and a partner that answers. */
export async function checkContracts(config: Config): Promise<readonly DoctorFinding[]> {
  if (!existsSync(pathOf(config.store.url))) return [good('store', `${config.store.url} will be made at start`)];
  const store = openStoreReader({ url: config.store.url });
  try {
    const records = await store.listCpas();
    const own = await ownKeys(config);
    const active = records.filter((record) => record.active);
    const checked = await Promise.all(active.map((record) => checkContract(record, config, own)));
    const known = good(
      'store',
      `${config.store.url} opens; ${active.length} of ${records.length} contracts are active`,
    );
    return [known, ...checked.flat()];
  } finally {
    await store.close();
  }
}

interface OwnKeys {
  readonly signer: Signer;
  readonly decrypter: Decrypter;
}

async function ownKeys({ keys }: Config): Promise<OwnKeys> {
  const [sign, decrypt] = await Promise.all([asEntries(keys.sign), asEntries(keys.decrypt)]);
  return { signer: createSigner(sign), decrypter: createDecrypter(decrypt) };
}

async function asEntries(files: KeyFiles | undefined): Promise<readonly SigningKey[]> {
  if (files === undefined) return [];
  const { key, certificate, passphrase, location } = await loadKey(files);
  return [{ key, certificate, location, ...(passphrase === undefined ? {} : { passphrase }) }];
}

async function checkContract(record: CpaRecord, config: Config, own: OwnKeys): Promise<readonly DoctorFinding[]> {
  const name = `contract ${record.cpaId}`;
  try {
    const cpa = parseCpa(record.bytes);
    const faults = validateCpa(cpa, Date.now())
      .filter(({ severity }) => severity === 'error')
      .map((finding) => bad(name, `${finding.code}: ${finding.text}`, finding.remedy));
    const ours = cpa.parties.filter((party) => isOurs(party, config));
    const strange =
      ours.length === 0
        ? [doubt(name, 'neither party is one of `parties`', 'Add yours to `parties`, or deactivate it.')]
        : [];
    const ending = checkDates(cpa, name);
    const unsigned = ours.flatMap((party) => checkSigningKey(name, party, own.signer));
    const unreadable = ours.flatMap((party) => checkDecryptionKey(name, party, own.decrypter));
    const partners = await Promise.all(partnerUrls(cpa, config).map((url) => checkPartner(name, url, config)));
    return [good(name, 'active'), ...faults, ...strange, ...ending, ...unsigned, ...unreadable, ...partners];
  } catch (thrown) {
    const error = toGatewayError(thrown);
    return [bad(name, error.message, error.row.remedy)];
  }
}

/** What ends soon must be agreed anew in time; what has ended is a finding of the contract itself. */
function checkDates(cpa: Cpa, name: string): readonly DoctorFinding[] {
  const now = Date.now();
  const remedy = 'Agree a new CPA in time, and import it.';
  const soon = (end: number): boolean => end >= now && daysLeft({ notAfter: end }, now) < SOON_DAYS;
  const certificates = cpa.parties.flatMap((party) =>
    [...party.certificates.values()].flatMap(({ certId, der }) => {
      const facts = der === undefined ? undefined : readCertificate(der);
      if (facts === undefined || !soon(facts.notAfter)) return [];
      const days = daysLeft(facts, now);
      return [doubt(name, `certificate ${certId} of ${party.partyName} ends in ${days} days`, remedy)];
    }),
  );
  const own = soon(cpa.end) ? [doubt(name, `it ends in ${daysLeft({ notAfter: cpa.end }, now)} days`, remedy)] : [];
  return [...own, ...certificates];
}

function isOurs(party: PartyInfo, { parties }: Config): boolean {
  return party.partyIds.some((id) => parties.includes(typedKey(id)));
}

/** The certificates that our side of the contract signs with must be ones that we hold the key of. */
function checkSigningKey(name: string, party: PartyInfo, signer: Signer): readonly DoctorFinding[] {
  const named = [...party.docExchanges.values()].map(({ sender }) => sender?.nonRepudiation?.certificateRef);
  return withoutKey(party, named, signer).map((id) =>
    bad(
      name,
      `no key for certificate ${id}, which signs for ${party.partyName}`,
      'Configure keys.sign with that certificate, or agree a CPA with the one you have.',
    ),
  );
}

/** Nor can what was encrypted for us be read without the keys of the certificates that the contract names for that. */
function checkDecryptionKey(name: string, party: PartyInfo, decrypter: Decrypter): readonly DoctorFinding[] {
  const named = [...party.docExchanges.values()].map(({ receiver }) => receiver?.envelope?.certificateRef);
  return withoutKey(party, named, decrypter).map((id) =>
    bad(
      name,
      `no key for certificate ${id}, which payloads for ${party.partyName} are encrypted for`,
      'Configure keys.decrypt with that certificate, or agree a CPA with the one you have.',
    ),
  );
}

function withoutKey(
  { certificates }: PartyInfo,
  named: readonly (string | undefined)[],
  keys: Pick<Signer | Decrypter, 'has'>,
): readonly string[] {
  const ids = new Set(named.filter((id) => id !== undefined));
  return [...ids].filter((id) => {
    const der = certificates.get(id)?.der;
    return der === undefined || !keys.has(der);
  });
}

function partnerUrls(cpa: Cpa, config: Config): readonly string[] {
  const urls = cpa.parties
    .filter((party) => !isOurs(party, config))
    .flatMap((party) => {
      const override = party.partyIds
        .map((id) => config.partners[typedKey(id)]?.endpoint)
        .find((url) => url !== undefined);
      const agreed = [...party.transports.values()].flatMap(({ endpoints }) => endpoints.map(({ uri }) => uri));
      return override === undefined ? agreed : [override];
    });
  return [...new Set(urls)];
}
