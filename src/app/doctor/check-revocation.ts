import { systemClock } from '../../clock.ts';
import { type GatewayError, toGatewayError } from '../../errors.ts';
import type { ListState } from '../../ports/trust.ts';
import { readCertificates } from '../../trust/certificate.ts';
import { createTrust } from '../../trust/trust-store.ts';
import type { Config } from '../config/config.ts';
import { loadCertificates, loadKey } from '../load-keys.ts';
import { openRevocation } from '../open-revocation.ts';
import { bad, doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

const CHECK = 'revocation';
const SOON_MS = 86_400_000;

/** Every CA has a list that holds, each file and address gives one, and our own certificates are on none. */
export async function checkRevocation(config: Config): Promise<readonly DoctorFinding[]> {
  const { keys, ebms, api } = config;
  const trusted = await loadCertificates(keys.trust, 'keys.trust');
  const authorities = [...trusted, ...(await loadCertificates(ebms.tls?.clientCa ?? [], 'ebms.tls.clientCa'))];
  const inside = await loadCertificates([api.tls?.clientCa ?? []].flat(), 'api.tls.clientCa');
  const failures: DoctorFinding[] = [];
  const failed = (source: string, error: unknown): void => {
    failures.push(failure(source, toGatewayError(error)));
  };
  const revocation = openRevocation(config, { authorities, inside, clock: systemClock, keep: false, failed });
  if (revocation === undefined) {
    const remedy = 'Set revocation.mode: require, and name lists or set revocation.download: true.';
    return [doubt(CHECK, 'revoked certificates are believed: revocation.mode is off', remedy)];
  }
  const own = await ownCertificates(config);
  await revocation.load(own.map(({ der }) => der));
  const trust = createTrust({ roots: trusted, revocation });
  const revoked = await Promise.all(own.map(({ name, der }) => ownFinding(name, () => trust.checkPeer(der))));
  return [...failures, ...revocation.lists().map((list) => judge(list, revocation.required)), ...revoked.flat()];
}

function failure(source: string, error: GatewayError): DoctorFinding {
  return bad(CHECK, `${source}: ${error.message}`, error.row.remedy);
}

function judge({ authority, state, nextUpdate, revoked }: ListState, required: boolean): DoctorFinding {
  const end = new Date(nextUpdate ?? 0).toISOString();
  const effect = required ? 'its certificates are not believed' : 'its certificates are believed unseen';
  const remedy =
    'Get the current list of this CA into revocation.crls, or set revocation.download: true; `pki crl` renews that of a test CA.';
  if (state === 'missing') return doubt(CHECK, `no list of ${authority}: ${effect}`, remedy);
  if (state === 'ended') return bad(CHECK, `the list of ${authority} ended ${end}: ${effect}`, remedy);
  const text = `list of ${authority}: ${revoked} revoked, until ${end}`;
  return (nextUpdate ?? 0) - Date.now() < SOON_MS ? doubt(CHECK, `${text}, which is soon`, remedy) : good(CHECK, text);
}

async function ownFinding(name: string, check: () => Promise<void> | undefined): Promise<readonly DoctorFinding[]> {
  try {
    await check();
    return [];
  } catch (thrown) {
    const error = toGatewayError(thrown);
    if (error.code !== 'CERTIFICATE_REVOKED') return [];
    return [bad(name, `is revoked: ${error.message}`, 'Order a new certificate and agree a CPA with it.')];
  }
}

async function ownCertificates({ keys, ebms }: Config): Promise<readonly { name: string; der: Uint8Array }[]> {
  const files = [keys.sign, keys.tlsClient, ebms.tls?.identity].filter((one) => one !== undefined);
  const found = await Promise.all(
    files.map(async (one) => {
      const { certificate, location } = await loadKey(one);
      return readCertificates(certificate, `${location}.certificate`).map((der) => ({ name: location, der }));
    }),
  );
  return found.flat();
}
