import { GatewayError } from '../../src/index.ts';
import type { AdapterHost, BackendAnswer, Egress, EgressAnswer, EgressQuestion } from '../../src/index.ts';
import type { Written } from './cloud-events.ts';
import { Pace } from './pace.ts';
import type { Webhook } from './settings.ts';
import { signatureHeaders } from './signature.ts';

const LONGEST_PAUSE_MS = 3_600_000;
const GONE = 410;
const ASKS_TO_WAIT: ReadonlySet<number> = new Set([429, 503]);

/** Posts to one address: after a handshake, signed, no faster than the receiver asks. */
export class WebhookSender {
  readonly #webhook: Webhook;
  readonly #host: Pick<AdapterHost, 'clock' | 'log'>;
  readonly #egress: Egress;
  readonly #pace: Pace;
  #granted: Promise<void> | undefined;
  #notBefore = 0;

  constructor(webhook: Webhook, host: Pick<AdapterHost, 'clock' | 'log' | 'egress'>) {
    const { networks, allowPlain, ca } = webhook;
    this.#webhook = webhook;
    this.#host = host;
    this.#pace = new Pace(host.clock);
    this.#egress = host.egress({ networks, allowPlain, ...(ca === undefined ? {} : { ca: [ca] }) });
  }

  /** Resolves at 2xx. Throws HANDOVER_REFUSED at 410, EGRESS_REFUSED, else HANDOVER_FAILED. */
  async send(written: Written): Promise<void> {
    const { url, timeoutSeconds } = this.#webhook;
    await this.handshake();
    await this.#pace.turn();
    if (this.#host.clock.now() < this.#notBefore) throw failed('the receiver asked to wait');
    const signed = { url, headers: this.#signed(written), body: written.body };
    this.#judge(await this.#egress.request({ ...signed, method: 'POST', timeoutMs: timeoutSeconds * 1_000 }));
  }

  /** Gives the whole answer, whatever it says; who asks sees to the handshake. Throws as `Egress.ask`. */
  ask(written: Written, terms: Pick<EgressQuestion, 'timeoutMs' | 'maxBytes' | 'signal'>): Promise<BackendAnswer> {
    const { url } = this.#webhook;
    this.#pace.count();
    return this.#egress.ask({ ...terms, url, headers: this.#signed(written), body: written.body });
  }

  /** Asks once whether we may; again where that was refused or failed. @spec CloudEvents Web Hooks 1.0.2 §4 */
  async handshake(): Promise<void> {
    if (!this.#webhook.handshake) return;
    this.#granted ??= this.#ask().catch((thrown: unknown) => {
      this.#granted = undefined;
      throw thrown;
    });
    await this.#granted;
  }

  async close(): Promise<void> {
    this.#pace.close();
    await this.#egress.close();
  }

  #signed({ id, headers, body }: Written): Written['headers'] {
    const seconds = Math.floor(this.#host.clock.now() / 1_000);
    return { ...headers, ...signatureHeaders(this.#webhook.secret, { id, seconds, body }) };
  }

  async #ask(): Promise<void> {
    const { name, url, origin, timeoutSeconds } = this.#webhook;
    const headers = { 'webhook-request-origin': origin };
    const answer = await this.#egress.request({ url, method: 'OPTIONS', headers, timeoutMs: timeoutSeconds * 1_000 });
    const allowed = answer.headers['webhook-allowed-origin'];
    const isGranted = answer.status >= 200 && answer.status < 300 && (allowed === origin || allowed === '*');
    if (!isGranted)
      throw failed(
        `OPTIONS answers ${answer.status} without WebHook-Allowed-Origin: ${origin}: let the receiver grant it, or set handshake: false`,
      );
    const perMinute = this.#pace.allow(answer.headers['webhook-allowed-rate']);
    this.#host.log.info({ webhook: name, origin, perMinute }, 'the receiver of a webhook allows it');
  }

  #judge({ status, headers }: EgressAnswer): void {
    if (status >= 200 && status < 300) return;
    if (status === GONE) throw new GatewayError('HANDOVER_REFUSED', { detail: 'the receiver answers 410 Gone' });
    if (ASKS_TO_WAIT.has(status)) this.#pause(headers['retry-after']);
    const redirect = status >= 300 && status < 400 ? ': redirects are not followed' : '';
    throw failed(`the receiver answers ${status}${redirect}`);
  }

  #pause(retryAfter: string | undefined): void {
    const now = this.#host.clock.now();
    const until = /^\d{1,9}$/.test(retryAfter ?? '') ? now + Number(retryAfter) * 1_000 : Date.parse(retryAfter ?? '');
    if (until > now) this.#notBefore = Math.min(until, now + LONGEST_PAUSE_MS);
  }
}

function failed(detail: string): GatewayError {
  return new GatewayError('HANDOVER_FAILED', { detail });
}
