import type { Socket } from 'node:net';
import { GatewayError } from '../errors.ts';

/** Judges the certificate (DER) of a partner that TLS has chained; throws or rejects when it may not be used. */
export interface PeerJudge {
  checkPeer(certificate: Uint8Array): Promise<void> | undefined;
  /** Calls `listener` when answers may have changed; the answer ends it. */
  onChange(listener: () => void): () => void;
}

/** Open connections to partners by what they showed: one whose certificate is revoked meanwhile is cut. */
export class PeerSockets {
  readonly #judge: PeerJudge;
  readonly #open = new Map<Socket, readonly Uint8Array[]>();
  readonly #ends: (() => void)[] = [];

  constructor(judge: PeerJudge) {
    this.#judge = judge;
    this.onChange(() => this.#judgeAgain());
  }

  onChange(listener: () => void): void {
    this.#ends.push(this.#judge.onChange(listener));
  }

  /** All certificates that the other side may have; rejects with what the judge says of any of them. */
  async admit(socket: Socket, certificates: readonly Uint8Array[]): Promise<void> {
    if (certificates.length === 0) {
      throw new GatewayError('CERTIFICATE_UNTRUSTED', { detail: 'the connection showed no certificate' });
    }
    await this.#check(certificates);
    if (socket.destroyed) return;
    this.#open.set(socket, certificates);
    socket.once('close', () => this.#open.delete(socket));
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  async #check(certificates: readonly Uint8Array[]): Promise<void> {
    for (const certificate of certificates) await this.#judge.checkPeer(certificate);
  }

  #judgeAgain(): void {
    for (const [socket, certificates] of this.#open) this.#check(certificates).catch(() => socket.destroy());
  }
}
