import type { Socket } from 'node:net';
import { GatewayError } from '../errors.ts';

/** Judges the certificate (DER) of a partner that TLS has chained; throws or rejects when it may not be used. */
export interface PeerJudge {
  /** `origin` is that of the URL that was asked: `https://host:port`, the port only where it is not 443. */
  checkPeer(certificate: Uint8Array, origin: string): Promise<void> | undefined;
  /** Calls `listener` when answers may have changed; the answer ends it. */
  onChange(listener: () => void): () => void;
}

/** What a connection may stand for. */
export interface ShownPeer {
  readonly origin: string;
  /** All certificates that the other side may have. */
  readonly certificates: readonly Uint8Array[];
}

/** Open connections to partners by what they showed: one whose certificate is revoked meanwhile is cut. */
export class PeerSockets {
  readonly #judge: PeerJudge;
  readonly #open = new Map<Socket, ShownPeer>();
  readonly #ends: (() => void)[] = [];

  constructor(judge: PeerJudge) {
    this.#judge = judge;
    this.onChange(() => this.#judgeAgain());
  }

  onChange(listener: () => void): void {
    this.#ends.push(this.#judge.onChange(listener));
  }

  /** Rejects with what the judge says of any of the certificates. */
  async admit(socket: Socket, shown: ShownPeer): Promise<void> {
    if (shown.certificates.length === 0) {
      throw new GatewayError('CERTIFICATE_UNTRUSTED', { detail: 'the connection showed no certificate' });
    }
    await this.#check(shown);
    if (socket.destroyed) return;
    this.#open.set(socket, shown);
    socket.once('close', () => this.#open.delete(socket));
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  async #check({ origin, certificates }: ShownPeer): Promise<void> {
    for (const certificate of certificates) await this.#judge.checkPeer(certificate, origin);
  }

  #judgeAgain(): void {
    for (const [socket, shown] of this.#open) this.#check(shown).catch(() => socket.destroy());
  }
}
