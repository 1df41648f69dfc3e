import { readFile } from 'node:fs/promises';
import type { Access, Identity, Shown } from '../../../adapters/rest/rest-api.ts';
import type { Clock } from '../../clock.ts';
import { certificateOin } from '../../cpa/certificate-oin.ts';
import { readCertificate } from '../../cpa/certificate.ts';
import { GatewayError } from '../../errors.ts';
import type { Application } from '../../msh/access/application.ts';
import type { ApplicationSettings } from '../config/application-settings.ts';
import { ApiKeys, isKeyHash, KEY_PREFIX } from './api-keys.ts';
import { Failures } from './failures.ts';
import { Tokens } from './tokens.ts';
import type { TokenTerms } from './tokens.ts';

export interface AccessSettings {
  readonly applications: readonly ApplicationSettings[];
  readonly oidc: TokenTerms | undefined;
}

interface AccessParts {
  readonly clock: Clock;
  /** Rejects with CERTIFICATE_REVOKED for a certificate (DER) that its CA has revoked, as far as the gateway knows. */
  readonly refuseRevoked?: (certificate: Uint8Array) => Promise<void>;
  readonly log: { warn(fields: object, message: string): void };
}

/** Refusals of an address in a minute that are answered and logged one by one. */
const MOST_FAILURES = 20;

/** Who may use the API; undefined where no application is configured. Throws CONFIG_INVALID for a key file. */
export async function openAccess(settings: AccessSettings, parts: AccessParts): Promise<Access | undefined> {
  const { applications, oidc } = settings;
  if (applications.length === 0) return undefined;
  const known = new KnownApplications(
    applications,
    await loadKeys(applications),
    oidc && new Tokens(oidc, parts.clock),
    parts.refuseRevoked,
  );
  const failures = new Failures(parts.clock);
  const schemes = [
    ...(applications.some(({ keys }) => keys.length > 0) ? (['apiKey'] as const) : []),
    ...(oidc === undefined ? [] : (['openId'] as const)),
    ...(applications.some(({ certificate }) => certificate !== undefined) ? (['clientCertificate'] as const) : []),
  ];
  return {
    schemes,
    issuer: oidc?.issuer,
    async identify(shown) {
      try {
        return await known.find(shown);
      } catch (thrown) {
        if (!(thrown instanceof GatewayError) || thrown.code !== 'UNAUTHENTICATED') throw thrown;
        const { remote = 'unknown' } = shown;
        const count = failures.add(remote);
        if (count > MOST_FAILURES) throw new GatewayError('TOO_MANY_FAILURES', { cause: thrown });
        const last = count === MOST_FAILURES ? { last: 'more of this minute are not logged' } : {};
        parts.log.warn({ remote, reason: thrown.detail, ...last }, 'nobody known calls the API');
        throw thrown;
      }
    },
  };
}

async function loadKeys(applications: readonly ApplicationSettings[]): Promise<ApiKeys<ApplicationSettings>> {
  const keys = applications.flatMap((owner) => owner.keys.map((key) => ({ key, owner })));
  return new ApiKeys(
    await Promise.all(
      keys.map(async ({ key, owner }) => ({ hash: 'hash' in key ? key.hash : await readHash(key.file, owner), owner })),
    ),
  );
}

async function readHash(file: string, { name }: ApplicationSettings): Promise<string> {
  const location = `api.applications (${name})`;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new GatewayError('CONFIG_INVALID', { location, detail: `${file} cannot be read`, cause });
  });
  const [first = ''] = text.split(/\r?\n/);
  if (isKeyHash(first.trim())) return first.trim();
  const detail = `the first line of ${file} is no hash: \`postiljon api-key create\` makes one`;
  throw new GatewayError('CONFIG_INVALID', { location, detail });
}

class KnownApplications {
  readonly #applications: readonly ApplicationSettings[];
  readonly #keys: ApiKeys<ApplicationSettings>;
  readonly #tokens: Tokens | undefined;
  readonly #refuseRevoked: AccessParts['refuseRevoked'];
  /** One object an application, by which what was made for it is found again. */
  readonly #made = new Map<string, Application>();

  constructor(
    applications: readonly ApplicationSettings[],
    keys: ApiKeys<ApplicationSettings>,
    tokens: Tokens | undefined,
    refuseRevoked: AccessParts['refuseRevoked'],
  ) {
    this.#applications = applications;
    this.#keys = keys;
    this.#tokens = tokens;
    this.#refuseRevoked = refuseRevoked;
    for (const { name, roles, parties, services, actions } of applications)
      this.#made.set(name, { name, roles, parties, services, actions });
  }

  /** The header decides where there is one: what is wrong with it is never mended by a certificate. */
  async find({ authorization, certificate }: Shown): Promise<Identity> {
    if (authorization !== undefined) return this.#byHeader(authorization, certificate);
    if (certificate !== undefined) return { application: this.#same(await this.#byCertificate(certificate)) };
    throw new GatewayError('UNAUTHENTICATED', { location: 'Authorization', detail: 'the request says not who calls' });
  }

  async #byHeader(authorization: string, certificate: Uint8Array | undefined): Promise<Identity> {
    const [, credential] = /^bearer +([!-~]+)$/i.exec(authorization) ?? [];
    if (credential === undefined) throw unknown('the header is not of the form Bearer …');
    if (credential.startsWith(KEY_PREFIX) || this.#tokens === undefined) {
      return { application: this.#same(this.#keys.find(credential) ?? missing('the API key is not known')) };
    }
    const { subject, clientId, until } = await this.#tokens.verify(credential, certificate);
    const found = this.#applications.find(
      ({ oidc }) =>
        oidc !== undefined &&
        ('subject' in oidc ? oidc.subject === subject : clientId !== undefined && oidc.clientId === clientId),
    );
    const who = `subject ${subject ?? '(none)'}, client ${clientId ?? '(none)'}`;
    return { application: this.#same(found ?? missing(`no application has ${who}`)), until };
  }

  async #byCertificate(der: Uint8Array): Promise<ApplicationSettings> {
    const oin = certificateOin(der);
    const subject = readCertificate(der)?.subject;
    const found = this.#applications.find(
      ({ certificate }) =>
        certificate !== undefined &&
        ('oin' in certificate ? oin !== undefined && certificate.oin === oin : certificate.subject === subject),
    );
    if (found === undefined) missing(`no application has the certificate of ${subject ?? 'this connection'}`);
    await this.#refuseRevoked?.(der).catch((cause: unknown) => {
      throw cause instanceof GatewayError && cause.code === 'CERTIFICATE_REVOKED' ? unknown(cause.detail ?? '') : cause;
    });
    return found;
  }

  #same({ name }: ApplicationSettings): Application {
    const made = this.#made.get(name);
    if (made === undefined) throw new Error('every application was made');
    return made;
  }
}

function missing(detail: string): never {
  throw unknown(detail);
}

function unknown(detail: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', { location: 'Authorization', detail });
}
