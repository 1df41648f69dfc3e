import { toGatewayError } from '../../errors.ts';
import { SOON_DAYS } from '../../msh/health.ts';
import type { Trust } from '../../ports/trust.ts';
import { certificateFacts, daysLeft, describeCertificate } from '../../trust/certificate.ts';
import { createTrust } from '../../trust/trust-store.ts';
import { isPlain } from '../../wus/consumer/expected-servers.ts';
import type { ConsumedService, ProvidedService, WusPartner } from '../../wus/service.ts';
import type { Config } from '../config/config.ts';
import { loadCertificates } from '../load-keys.ts';
import { tryWus } from '../load-wus.ts';
import type { LoadedWus } from '../load-wus.ts';
import { checkPartner, connectTo } from './check-partner.ts';
import { bad, doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

const REMEDIES = {
  wsdl: '`postiljon wus validate FILE` lists what is wrong with a WSDL, with a remedy each.',
  certificate: 'Put the certificate (PEM or DER, without a key) there that the partner sent by a way you trust.',
} as const;
const PLAIN = 'Use https://, unless a proxy on this machine does TLS with the partner and looks at its certificate.';
const ORDER = 'Ask the partner for its current certificate, and put it in place.';

/** Each service has a WSDL that can be used, somebody at its other end, and certificates to encrypt for that hold. */
export async function checkWus(config: Config): Promise<readonly DoctorFinding[]> {
  if (config.wus.services.length === 0) return [];
  const loaded = await loadOrExplain(config);
  if ('findings' in loaded) return loaded.findings;
  const trust = createTrust({ roots: await loadCertificates(config.keys.trust, 'keys.trust') });
  const warned = loaded.warnings.map(({ service, finding: { code, place, text, remedy } }) =>
    doubt(`service ${service}`, `${place}: ${code}: ${text}`, remedy),
  );
  const checked = await Promise.all(
    loaded.services.map((service) =>
      service.role === 'provider' ? checkProvided(service, config) : checkConsumed(service, { config, trust }),
    ),
  );
  const partners = await Promise.all([...loaded.partners].map((partner) => checkCertificates(partner, trust)));
  return [...warned, ...checked.flat(), ...partners.flat()];
}

async function loadOrExplain(config: Config): Promise<LoadedWus | { readonly findings: readonly DoctorFinding[] }> {
  try {
    const loaded = await tryWus(config);
    if (!('problems' in loaded)) return loaded;
    return { findings: loaded.problems.map((problem) => bad('wus', problem.reason, REMEDIES[problem.in])) };
  } catch (thrown) {
    return { findings: [bad('wus', toGatewayError(thrown).message, REMEDIES.certificate)] };
  }
}

async function checkProvided(service: ProvidedService, config: Config): Promise<readonly DoctorFinding[]> {
  const { destination } = service.backend;
  const name = nameOf(service);
  const url = addressOf(destination, config);
  const place = url === destination ? url : `${destination}, ${url},`;
  const problem = await connectTo(new URL(url));
  const remedy = 'Start the application behind the service, or mend `backend`: partners get fault 0051 until then.';
  const reached =
    problem === undefined
      ? good(name, `${place} can be reached`)
      : doubt(name, `${place} cannot be reached: ${problem}`, remedy);
  return [good(name, describe(service)), ...bound(service), reached];
}

/** Where a backend is in the end. */
function addressOf(destination: string, { adapters }: Config): string {
  if (destination === 'amqp' && adapters.amqp !== undefined) return withoutUser(adapters.amqp.url);
  return adapters.webhooks.find(({ name }) => destination === `webhook:${name}`)?.url ?? destination;
}

function withoutUser(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** What `mtom: true` cannot do. */
function bound(service: ProvidedService | ConsumedService): readonly DoctorFinding[] {
  const { mtom, profile, maxEnvelopeBytes } = service;
  if (!mtom || !profile.encrypted) return [];
  const text = `mtom: ${profile.name} encrypts the Body alone, so attachments go into it as base64`;
  const remedy = `All of it has to fit \`wus.limits.envelope\` (${maxEnvelopeBytes} octets), which is held in memory.`;
  return [doubt(nameOf(service), text, remedy)];
}

interface Means {
  readonly config: Config;
  readonly trust: Trust;
}

async function checkConsumed(service: ConsumedService, { config, trust }: Means): Promise<readonly DoctorFinding[]> {
  const { encryptFor, partner, endpoint } = service;
  const name = nameOf(service);
  const sealed =
    encryptFor === undefined ? [] : await checkCertificate(encryptFor, { name, what: 'encryptFor', partner, trust });
  const plain = isPlain(service) ? [doubt(name, `${endpoint} has no TLS: nothing says who is there`, PLAIN)] : [];
  return [
    good(name, describe(service)),
    ...bound(service),
    ...sealed,
    ...plain,
    await checkPartner(name, endpoint, config),
  ];
}

async function checkCertificates(
  [partner, { certificates, encryptFor }]: readonly [string, WusPartner],
  trust: Trust,
): Promise<readonly DoctorFinding[]> {
  const name = `partner ${partner}`;
  const named = [
    ...certificates.map((der) => ({ der, what: 'wusCertificates' })),
    ...(encryptFor === undefined ? [] : [{ der: encryptFor, what: 'wusEncryptFor' }]),
  ];
  const checked = await Promise.all(
    named.map(({ der, what }) => checkCertificate(der, { name, what, partner, trust })),
  );
  return checked.flat();
}

interface Of {
  readonly name: string;
  /** Key of the configuration. */
  readonly what: string;
  /** OIN of whose it should be. */
  readonly partner: string;
  readonly trust: Trust;
}

async function checkCertificate(der: Uint8Array, of: Of): Promise<readonly DoctorFinding[]> {
  const { name, what, partner, trust } = of;
  const facts = certificateFacts(der, what);
  const text = `${what}: ${describeCertificate(facts)}`;
  const days = daysLeft(facts, Date.now());
  const oin = facts.subjectSerialNumber;
  const remark = oin === undefined ? doubt : bad;
  const stranger = oin === partner ? [] : [remark(name, `${text}: it is not of ${partner}`, ORDER)];
  if (days < 0) return [bad(name, `${text}: it has ended`, ORDER), ...stranger];
  const soon = days < SOON_DAYS ? [doubt(name, `${text}: it ends in ${days} days`, ORDER)] : [];
  const chained = await trust.check(der, Date.now()).then(
    () => [],
    (thrown: unknown) => [doubt(name, `${text}: ${toGatewayError(thrown).message}`, 'Add its CA to keys.trust.')],
  );
  const doubts = [...stranger, ...soon, ...chained];
  return doubts.length === 0 ? [good(name, text)] : doubts;
}

function nameOf({ name }: { readonly name: string }): string {
  return `service ${name}`;
}

function describe({ role, profile, wsdl }: ProvidedService | ConsumedService): string {
  return `${role}, ${profile.name}: ${wsdl.operations.map((operation) => operation.name).join(', ')}`;
}
