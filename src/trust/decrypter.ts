import type { Decrypter } from '../ports/trust.ts';
import { certificateName, openEntry, type SigningKey } from './key-ring.ts';
import { UnwrappingQueue } from './unwrapping-queue.ts';

/**
 * Holds the private keys that decrypt; one per certificate, in the order in which they are tried.
 * Throws CONFIG_INVALID when a key cannot be opened, is no RSA key, or does not belong to its certificate.
 */
export function createDecrypter(keys: readonly SigningKey[]): Decrypter {
  const entries = keys.map((key) => openEntry(key, 'keys.decrypt'));
  const ring = new Map(entries.map(({ certificate }, index) => [certificateName(certificate), index]));
  const certificates = entries.map(({ certificate }) => certificate);
  const queue = new UnwrappingQueue(entries.map(({ key }) => key));
  return {
    has: (certificate) => ring.has(certificateName(certificate)),
    certificates: () => certificates,
    unwrap({ certificates: tried, wrapping, wrapped, length }) {
      const numbers = tried.flatMap((certificate) => ring.get(certificateName(certificate)) ?? []);
      return queue.unwrap(numbers, { wrapping, wrapped, length });
    },
  };
}
