import { SOON_DAYS } from '../msh/health.ts';
import type { Log } from '../ports/log.ts';
import type { OwnCertificate } from '../msh/parts.ts';
import { certificateFacts, daysLeft, readCertificates } from '../trust/certificate.ts';
import type { LoadedKey } from './load-keys.ts';

/** The dates of the certificates that the gateway shows or signs with. Throws CONFIG_INVALID. */
export function ownCertificates(keys: readonly (LoadedKey | undefined)[]): readonly OwnCertificate[] {
  return keys.flatMap((key) => {
    if (key === undefined) return [];
    const { location: name, certificate } = key;
    const [der] = readCertificates(certificate, `${name}.certificate`);
    if (der === undefined) return [];
    const { notBefore, notAfter } = certificateFacts(der, name);
    return [{ name, der, notBefore, notAfter }];
  });
}

/** Says at start what will stop the work, or has. */
export function warnOfCertificates(certificates: readonly OwnCertificate[], now: number, log: Log): void {
  for (const { name, notBefore, notAfter } of certificates) {
    const fields = { certificate: name, notBefore: new Date(notBefore), notAfter: new Date(notAfter) };
    const days = daysLeft({ notAfter }, now);
    if (now > notAfter) log.error(fields, 'a certificate has ended: partners will refuse it');
    else if (now < notBefore) log.error(fields, 'a certificate is not valid yet: partners will refuse it');
    else if (days < SOON_DAYS) log.warn({ ...fields, days }, 'a certificate ends soon');
  }
}
