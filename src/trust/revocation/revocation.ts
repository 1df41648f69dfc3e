import { EventEmitter } from 'node:events';
import type { X509Certificate } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { openCertificate } from '../../cpa/certificate.ts';
import { GatewayError } from '../../errors.ts';
import type { ListFetcher, ListState, RevocationAlarm, RevocationState } from '../../ports/trust.ts';
import { readCertificates } from '../certificate.ts';
import { issuersAbove } from '../paths.ts';
import { pointsOf } from './facts.ts';
import { judgeChain, nameOf, type Verdict } from './judge.ts';
import { ListArchive } from './list-archive.ts';
import { ListDownloads } from './list-downloads.ts';
import { ListFiles } from './list-files.ts';
import { ListRegister } from './register.ts';

export interface RevocationOptions {
  /** `ifPresent`: a certificate of which nothing is known passes. */
  readonly mode: 'require' | 'ifPresent';
  /** keys.trust and ebms.tls.clientCa: each DER or a PEM bundle. Who signs lists, and who issues. */
  readonly authorities: readonly Uint8Array[];
  /** api.tls.clientCa: their lists count where there are any, and nobody misses one. */
  readonly inside?: readonly Uint8Array[];
  readonly files: readonly string[];
  /** Largest list, in octets. */
  readonly maxBytes: number;
  /** undefined: nothing is fetched. */
  readonly download: { readonly fetch: ListFetcher; readonly folder: string | undefined } | undefined;
  /** Where the lists by which certificates were judged are kept, for evidence; undefined: nowhere. */
  readonly archive?: string | undefined;
  readonly clock: Clock;
  /** Told of each list that could not be used. */
  readonly failed: (source: string, error: unknown) => void;
}

/** A good answer, to be asked again when its time is over or the lists have changed. */
export interface Passed {
  readonly version: number;
  readonly until: number;
}

const POLL_MS = 5_000;
/** How long `ifPresent` passes over a missing list before it looks again. */
const UNKNOWN_MS = 60_000;

/** The revocation lists and what they say. `start` reads them and keeps them fresh until `stop`. */
export class Revocation implements RevocationState {
  readonly required: boolean;
  readonly #options: RevocationOptions;
  readonly #authorities: readonly X509Certificate[];
  readonly #inside: readonly X509Certificate[];
  readonly #register: ListRegister;
  readonly #files: ListFiles;
  readonly #downloads: ListDownloads | undefined;
  readonly #archive: ListArchive | undefined;
  readonly #changes = new EventEmitter().setMaxListeners(0);
  /** CAs that an alarm was raised for. */
  readonly #alarmed = new Set<string>();
  /** CAs whose list was seen to have ended. */
  readonly #ended = new Set<string>();
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(options: RevocationOptions) {
    const { clock, failed, maxBytes, download, archive } = options;
    this.required = options.mode === 'require';
    this.#options = options;
    this.#authorities = opened(options.authorities, 'keys.trust');
    this.#inside = opened(options.inside ?? [], 'api.tls.clientCa');
    this.#register = new ListRegister([...this.#authorities, ...this.#inside]);
    const take =
      (forward: boolean) =>
      (source: string, lists: Parameters<ListRegister['replace']>[1]): void => {
        this.#register.replace(source, lists, forward);
        this.#changes.emit('change');
      };
    this.#files = new ListFiles({ files: options.files, maxBytes, take: take(false), failed });
    this.#archive = archive === undefined ? undefined : new ListArchive({ folder: archive, failed });
    this.#downloads = download && new ListDownloads({ ...download, maxBytes, clock, take: take(true), failed });
  }

  /** Reads what is there, begins to fetch what the certificates (DER) name, and looks for changes from now on. */
  async start(certificates: readonly Uint8Array[] = []): Promise<void> {
    await this.#files.poll();
    void this.#fetchFor(certificates);
    this.#later();
  }

  /** Reads and fetches what there is, once. Never rejects: what cannot be used is told to `failed`. */
  async load(certificates: readonly Uint8Array[] = []): Promise<void> {
    await this.#files.poll();
    await this.#fetchFor(certificates);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** Looks for changes now, instead of at its own time. */
  async poll(): Promise<void> {
    await Promise.all([this.#files.poll(), this.#downloads?.poll()]);
    for (const { authority, state, nextUpdate } of this.lists()) {
      if (state === 'current') {
        this.#alarmed.delete(authority);
        this.#ended.delete(authority);
      }
      if (state === 'ended') this.#end(authority, nextUpdate ?? 0);
    }
  }

  /** Whether an earlier answer still holds. */
  holds({ version, until }: Passed): boolean {
    return version === this.#register.version && this.#options.clock.now() <= until;
  }

  /** Throws or rejects with CERTIFICATE_REVOKED, REVOCATION_UNKNOWN. A promise only where a list has to be fetched. */
  check(chain: readonly X509Certificate[]): Passed | Promise<Passed> {
    const verdict = this.#judge(chain);
    if (verdict.kind === 'unknown' && this.#downloads?.hopes(verdict.urls) === true) {
      return this.#downloads.want(verdict.urls).then(() => this.#settle(this.#judge(chain), chain));
    }
    return this.#settle(verdict, chain);
  }

  /** For applications, whose CA need not have a list: what one names is refused. Rejects with CERTIFICATE_REVOKED. */
  async refuseNamed(der: Uint8Array): Promise<void> {
    const certificate = openCertificate(der);
    if (certificate === undefined) return;
    const chain = issuersAbove(certificate, [...this.#inside, ...this.#authorities]);
    let verdict = this.#judge(chain);
    if (verdict.kind === 'unknown' && this.#downloads?.hopes(verdict.urls) === true) {
      await this.#downloads.want(verdict.urls);
      verdict = this.#judge(chain);
    }
    if (verdict.kind === 'revoked') throw new GatewayError('CERTIFICATE_REVOKED', { detail: verdict.detail });
  }

  /** From a certificate that TLS has chained up to a CA of the configuration; alone when its issuer is not there. */
  chainOf(certificate: X509Certificate): readonly X509Certificate[] {
    return issuersAbove(certificate, this.#authorities);
  }

  /** DER of what counts now for the certificate (DER) and each CA above it, fetched first where that may help; and of what counted at `at`. */
  async listsOf(der: Uint8Array, at: number): Promise<readonly Uint8Array[]> {
    const certificate = openCertificate(der);
    if (certificate === undefined) return [];
    const chain = this.chainOf(certificate);
    const verdict = this.#judge(chain);
    if (verdict.kind === 'unknown') await this.#downloads?.want(verdict.urls);
    const now = this.#options.clock.now();
    const found = chain.slice(1).map(async (issuer, index) => {
      const below = chain[index];
      const then = below && (await this.#archive?.find(issuer, below, at));
      const current = this.#register.find(issuer, below, now);
      const same = then !== undefined && current?.octets.equals(then.octets) === true;
      return [current, same ? undefined : then].flatMap((list) => list?.octets ?? []);
    });
    return (await Promise.all(found)).flat();
  }

  isAuthority(certificate: X509Certificate): boolean {
    return this.#authorities.some((one) => one.raw.equals(certificate.raw));
  }

  lists(): readonly ListState[] {
    const now = this.#options.clock.now();
    const states = this.#authorities
      .filter((one) => one.ca)
      .map((one): readonly [string, ListState] => {
        const list = this.#register.find(one, undefined, now);
        const state = list === undefined ? 'missing' : list.nextUpdate < now ? 'ended' : 'current';
        const revoked = list?.serials.size ?? 0;
        return [pointsOf(one).identity, { authority: nameOf(one), state, nextUpdate: list?.nextUpdate, revoked }];
      });
    return [...new Map(states).values()];
  }

  onChange(listener: () => void): () => void {
    this.#changes.on('change', listener);
    return () => this.#changes.off('change', listener);
  }

  onAlarm(listener: (alarm: RevocationAlarm) => void): () => void {
    this.#changes.on('alarm', listener);
    return () => this.#changes.off('alarm', listener);
  }

  async #fetchFor(certificates: readonly Uint8Array[]): Promise<void> {
    const named = [...this.#authorities, ...certificates.flatMap((der) => openCertificate(der) ?? [])];
    await this.#downloads?.want([...new Set(named.flatMap((one) => pointsOf(one).urls))]);
  }

  #judge(chain: readonly X509Certificate[]): Verdict {
    return judgeChain(chain, this.#register, this.#options.clock.now());
  }

  #settle(verdict: Verdict, chain: readonly X509Certificate[]): Passed {
    const { version } = this.#register;
    if (verdict.kind === 'good') {
      this.#archiveFor(chain);
      return { version, until: verdict.until };
    }
    if (verdict.kind === 'revoked') throw new GatewayError('CERTIFICATE_REVOKED', { detail: verdict.detail });
    if (!this.required) return { version, until: this.#options.clock.now() + UNKNOWN_MS };
    this.#alarm(nameOf(verdict.issuer), verdict.detail);
    throw new GatewayError('REVOCATION_UNKNOWN', { detail: verdict.detail });
  }

  #archiveFor(chain: readonly X509Certificate[]): void {
    const now = this.#options.clock.now();
    for (const [index, issuer] of chain.slice(1).entries()) {
      const list = this.#register.find(issuer, chain[index], now);
      if (list !== undefined) this.#archive?.keep(issuer, list, now);
    }
  }

  /** An end is a change like any other: open connections are judged again. */
  #end(authority: string, nextUpdate: number): void {
    if (!this.#ended.has(authority)) this.#changes.emit('change');
    this.#ended.add(authority);
    this.#alarm(authority, `its list ended ${new Date(nextUpdate).toISOString()}`);
  }

  #alarm(authority: string, detail: string): void {
    if (this.#alarmed.has(authority)) return;
    this.#alarmed.add(authority);
    const alarm: RevocationAlarm = { at: this.#options.clock.now(), authority, detail };
    this.#changes.emit('alarm', alarm);
  }

  #later(): void {
    if (this.#stopped) return;
    const { clock } = this.#options;
    this.#cancel = clock.schedule(clock.now() + POLL_MS, () => {
      void this.poll().then(() => this.#later());
    });
  }
}

function opened(bundles: readonly Uint8Array[], location: string): readonly X509Certificate[] {
  return bundles.flatMap((one) => readCertificates(one, location)).flatMap((der) => openCertificate(der) ?? []);
}
