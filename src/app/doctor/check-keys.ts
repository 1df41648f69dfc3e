import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { OIN_TYPE } from '../../cpa/oin.ts';
import { toGatewayError } from '../../errors.ts';
import { SOON_DAYS } from '../../msh/health.ts';
import type { Trust } from '../../ports/trust.ts';
import { certificateFacts, daysLeft, describeCertificate, readCertificates } from '../../trust/certificate.ts';
import { createSigner, openPrivateKey } from '../../trust/key-ring.ts';
import { createTrust } from '../../trust/trust-store.ts';
import type { Config, KeyFiles } from '../config/config.ts';
import { loadCertificates, loadKey } from '../load-keys.ts';
import { bad, doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

const RENEW = 'Renew the certificate, agree a CPA with the new one, and put it in place.';

/** Keys belong to their certificates, certificates are valid for a while and chain to keys.trust. */
export async function checkKeys(config: Config): Promise<readonly DoctorFinding[]> {
  const { keys, ebms } = config;
  const roots = await loadCertificates(keys.trust, 'keys.trust');
  const trust = createTrust({ roots });
  const decrypt = keys.decrypt === keys.sign ? undefined : keys.decrypt;
  const own = [keys.sign, decrypt, keys.tlsClient, ebms.tls?.identity].filter((files) => files !== undefined);
  const missing =
    keys.sign === undefined
      ? [doubt('keys', 'keys.sign is not configured: nothing can be signed', 'Configure keys.sign.')]
      : [];
  const noTrust =
    roots.length === 0
      ? [bad('keys', 'keys.trust is empty: no partner can be believed', 'Name the CA certificates of your partners.')]
      : [];
  return [
    ...missing,
    ...noTrust,
    ...(await Promise.all(own.map((files) => checkKey(files, { trust, config })))).flat(),
    ...checkRoots(roots),
  ];
}

function checkKey(
  files: KeyFiles,
  { trust, config }: { readonly trust: Trust; readonly config: Config },
): Promise<readonly DoctorFinding[]> {
  const { location } = files;
  return checkPair(files, async ([der], { key, certificate }) => {
    if (location === 'keys.sign') createSigner([{ key, certificate, location }]);
    const facts = certificateFacts(der, location);
    const owner = location === 'keys.sign' ? checkOwner(facts.subjectSerialNumber, config) : [];
    return [validity(location, facts), ...owner, ...(await chain(location, der, trust))];
  });
}

/** The certificate, and those that stand after it in its file. */
type Certificates = readonly [Uint8Array, ...Uint8Array[]];

/** That key and certificate can be read and belong together, and what `more` finds out about them. */
export async function checkPair(
  files: KeyFiles,
  more: (
    certificates: Certificates,
    loaded: { readonly key: KeyObject; readonly certificate: string | Uint8Array },
  ) => Promise<readonly DoctorFinding[]>,
): Promise<readonly DoctorFinding[]> {
  const { location } = files;
  try {
    const { key, certificate, passphrase } = await loadKey(files);
    const [der, ...issuing] = readCertificates(certificate, `${location}.certificate`);
    if (der === undefined) throw new Error('readCertificates gives one certificate at least');
    const privateKey = openPrivateKey(key, passphrase, `${location}.key`);
    if (!new X509Certificate(der).checkPrivateKey(privateKey)) {
      return [bad(location, 'the key does not belong to the certificate', 'Configure the two that belong together.')];
    }
    return await more([der, ...issuing], { key: privateKey, certificate });
  } catch (thrown) {
    const error = toGatewayError(thrown);
    return [bad(location, error.message, error.row.remedy)];
  }
}

/** Who signs is who the contract says: the OIN of the certificate belongs to a party of this gateway. */
function checkOwner(oin: string | undefined, { parties }: Config): readonly DoctorFinding[] {
  if (oin !== undefined && parties.some((party) => party === `${OIN_TYPE}:${oin}`)) return [];
  const text =
    oin === undefined ? 'the certificate names no OIN' : `OIN ${oin} of the certificate is none of \`parties\``;
  return [doubt('keys.sign', text, 'Sign with a certificate of your own party, or name that party in `parties`.')];
}

export function validity(
  location: string,
  facts: Parameters<typeof describeCertificate>[0],
  renew = RENEW,
): DoctorFinding {
  const days = daysLeft(facts, Date.now());
  const text = describeCertificate(facts);
  if (days < 0) return bad(location, `has ended: ${text}`, renew);
  if (facts.notBefore > Date.now()) return bad(location, `is not valid yet: ${text}`, 'Check the clock, or wait.');
  return days < SOON_DAYS ? doubt(location, `ends in ${days} days: ${text}`, renew) : good(location, text);
}

async function chain(location: string, der: Uint8Array, trust: Trust): Promise<readonly DoctorFinding[]> {
  try {
    await trust.check(der, Date.now());
    return [];
  } catch (thrown) {
    const remedy = 'Partners may trust another CA than you do; for your own add its CA to keys.trust.';
    return [doubt(location, `does not chain to keys.trust: ${toGatewayError(thrown).message}`, remedy)];
  }
}

function checkRoots(roots: readonly Uint8Array[]): readonly DoctorFinding[] {
  return roots.flatMap((pem) =>
    readCertificates(pem, 'keys.trust').map((der) => validity('keys.trust', certificateFacts(der, 'keys.trust'))),
  );
}
