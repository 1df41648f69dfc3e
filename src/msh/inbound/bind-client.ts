import { type CertificateFacts, readCertificate } from '../../cpa/certificate.ts';
import type { PartyInfo } from '../../cpa/model.ts';
import { oinOf } from '../../cpa/oin.ts';
import { partyByIds } from '../../cpa/party-lookup.ts';
import { partyKeyOf, typedKey } from '../../cpa/typed-value.ts';
import type { MessageHeader } from '../../ebms/message.ts';
import { GatewayError } from '../../errors.ts';
import type { KnownCpa } from '../gateway.ts';
import type { PartnerTerms } from '../parts.ts';

/**
 * Whoever connects must be the From party: its TLS certificate has the OIN of a PartyId in subject.serialNumber, or is
 * the client certificate that the CPA names for this party. `tlsOin` of the partner names who connects in its place (an
 * intermediary), and then nobody else may. Nothing is asked on plain HTTP, where there is no certificate.
 * Throws TLS_CLIENT_CERTIFICATE. @spec Digikoppeling EB005, Digikoppeling EB014
 */
export function bindClient(
  header: MessageHeader,
  certificate: Uint8Array | undefined,
  terms: { readonly known: KnownCpa; readonly partners: ReadonlyMap<string, PartnerTerms> },
): void {
  if (certificate === undefined) return;
  const { partyIds } = header.from;
  const tlsOin = terms.partners.get(partyKeyOf(partyIds))?.tlsOin;
  const oin = oinOf(factsOf(certificate)?.subjectSerialNumber ?? '');
  if (tlsOin === undefined) {
    if (oin !== undefined && partyIds.some(({ value }) => oinOf(value) === oin)) return;
    if (isNamed(certificate, partyByIds(terms.known.cpa, partyIds))) return;
  } else if (oin !== undefined && oin === oinOf(tlsOin)) return;
  throw new GatewayError('TLS_CLIENT_CERTIFICATE', {
    location: '//Header/MessageHeader/From/PartyId',
    detail: `the TLS certificate with OIN ${oin ?? 'none'} may not speak for ${partyIds.map(typedKey).join(', ')}`,
  });
}

/** A connection shows the same octets with each request: read them once. */
const read = new WeakMap<Uint8Array, { readonly facts: CertificateFacts | undefined }>();

function factsOf(certificate: Uint8Array): CertificateFacts | undefined {
  const known = read.get(certificate);
  if (known !== undefined) return known.facts;
  const facts = readCertificate(certificate);
  read.set(certificate, { facts });
  return facts;
}

function isNamed(certificate: Uint8Array, party: PartyInfo | undefined): boolean {
  if (party === undefined) return false;
  return [...party.transports.values()].some(({ clientCertificateRef }) => {
    const named = clientCertificateRef === undefined ? undefined : party.certificates.get(clientCertificateRef)?.der;
    return named !== undefined && Buffer.from(named).equals(certificate);
  });
}
