import { X509Certificate } from 'node:crypto';
import { openCertificate, readCertificate } from '../cpa/certificate.ts';
import type { CertificateFacts } from '../cpa/certificate.ts';
import { GatewayError } from '../errors.ts';

export type { CertificateFacts } from '../cpa/certificate.ts';

const PEM_CERTIFICATE =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

const PEM_KEY = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/;

/**
 * Every certificate of a PEM bundle, or the one of a DER file, as DER. `location` names the configuration key.
 * Throws CONFIG_INVALID when there is none or one cannot be read.
 */
export function readCertificates(input: Uint8Array | string, location: string): readonly Uint8Array[] {
  const text = typeof input === 'string' ? input : Buffer.from(input).toString('latin1');
  const pems = text.match(PEM_CERTIFICATE);
  if (pems === null && PEM_KEY.test(text))
    throw unreadable(location, 'it holds a private key, which belongs to nobody else');
  if (pems !== null) return pems.map((pem) => readOne(pem, location));
  if (typeof input === 'string') throw unreadable(location, 'it holds no BEGIN CERTIFICATE');
  return [readOne(input, location)];
}

export function certificatePem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** The facts of a DER certificate. Throws CONFIG_INVALID when it cannot be read. */
export function certificateFacts(der: Uint8Array, location: string): CertificateFacts {
  const facts = readCertificate(der);
  if (facts === undefined) throw unreadable(location, 'it cannot be decoded');
  return facts;
}

/** Days until the certificate ends, rounded down; negative when it has ended. */
export function daysLeft(facts: Pick<CertificateFacts, 'notAfter'>, now: number): number {
  return Math.floor((facts.notAfter - now) / 86_400_000);
}

/** One line for an operator: whose it is, until when, and its fingerprint. */
export function describeCertificate(facts: CertificateFacts): string {
  const until = new Date(facts.notAfter).toISOString().slice(0, 10);
  const owner = facts.subjectSerialNumber === undefined ? 'no OIN' : `OIN ${facts.subjectSerialNumber}`;
  return `${facts.subject} (${owner}), valid until ${until}, SHA-256 ${facts.fingerprint}`;
}

function readOne(input: Uint8Array | string, location: string): Uint8Array {
  try {
    const { raw } = new X509Certificate(input);
    if (openCertificate(raw) !== undefined) return raw;
  } catch (cause) {
    throw unreadable(location, 'it cannot be decoded', cause);
  }
  throw unreadable(location, 'its public key cannot be used');
}

function unreadable(location: string, reason: string, cause?: unknown): GatewayError {
  return new GatewayError('CONFIG_INVALID', {
    location,
    detail: `${location} is no usable certificate: ${reason}`,
    cause,
  });
}
