import { certificateOin } from '../../cpa/certificate-oin.ts';
import { GatewayError } from '../../errors.ts';
import { type ContentType, parseContentType } from '../../mime/content-type.ts';
import type { IncomingRequest } from '../../ports/transport.ts';
import { checkKnownAction, readSoapAction } from '../addressing/soap-action.ts';
import { requireUtf8 } from '../envelope/parse-arrived.ts';
import type { ProvidedService, WusPartner } from '../service.ts';
import type { AnnouncedRequest, TlsPeer } from './stages.ts';

const SOAP_12_TYPE = 'application/soap+xml';

/** The service that a path names. Throws WUS_SERVICE_UNKNOWN. */
export function requireService(path: string, services: ReadonlyMap<string, ProvidedService>): ProvidedService {
  const service = services.get(path.slice(path.lastIndexOf('/') + 1));
  if (service === undefined || path !== `/wus/${service.name}`)
    throw new GatewayError('WUS_SERVICE_UNKNOWN', { detail: path.slice(0, 200) });
  return service;
}

/**
 * What the headers say, before anything of the body is read. Throws HTTP_CONTENT_TYPE, HTTP_TOO_LARGE, SOAP_VERSION, WUS_ENCODING,
 * WUS_SOAP_ACTION, WUS_NOT_AUTHORISED.
 */
export function announce(
  request: IncomingRequest,
  service: ProvidedService,
  partners: ReadonlyMap<string, WusPartner>,
): AnnouncedRequest {
  const contentType = requireContentType(request);
  requireUtf8(contentType.parameters.get('charset'), 'the charset');
  const size = Number(request.headers['content-length'] ?? 0);
  if (size > service.maxMessageBytes) throw new GatewayError('HTTP_TOO_LARGE', { detail: `${size} octets` });
  const peer = identify(request.clientCertificate, service, partners);
  const soapAction = readSoapAction(request.headers['soapaction']);
  checkKnownAction(soapAction, service.wsdl);
  return { request, service, contentType, soapAction, peer };
}

function requireContentType({ headers }: IncomingRequest): ContentType {
  const header = headers['content-type'];
  const contentType = typeof header === 'string' ? parseContentType(header) : undefined;
  if (contentType?.type === SOAP_12_TYPE) throw new GatewayError('SOAP_VERSION', { detail: SOAP_12_TYPE });
  if (contentType?.type === 'text/xml' || contentType?.type === 'multipart/related') return contentType;
  throw new GatewayError('HTTP_CONTENT_TYPE', { detail: `Content-Type ${String(header)}` });
}

/**
 * Whoever connects is a partner of the service, or connects for one (`tlsOin`), and then nobody else may. Plain HTTP shows nobody:
 * it is behind a proxy of ours, and a profile without signatures cannot be served there.
 */
function identify(
  certificate: Uint8Array | undefined,
  service: ProvidedService,
  partners: ReadonlyMap<string, WusPartner>,
): TlsPeer {
  if (certificate === undefined) {
    if (!service.profile.signed) throw notAuthorised('nobody signs, and no certificate was shown');
    return { oin: undefined, partners: service.partners };
  }
  const oin = certificateOin(certificate);
  const speaksFor = new Set<string>();
  if (oin !== undefined && service.partners.has(oin) && (partners.get(oin)?.tlsOin ?? oin) === oin) speaksFor.add(oin);
  for (const [partner, { tlsOin }] of partners) {
    if (tlsOin !== undefined && tlsOin === oin && service.partners.has(partner)) speaksFor.add(partner);
  }
  if (speaksFor.size === 0)
    throw notAuthorised(`the TLS certificate has OIN ${oin ?? 'none'}, which is of no partner of ${service.name}`);
  return { oin, partners: speaksFor };
}

export function notAuthorised(detail: string): GatewayError {
  return new GatewayError('WUS_NOT_AUTHORISED', { detail });
}
