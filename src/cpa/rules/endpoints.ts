import { BlockList, isIP } from 'node:net';
import { openCertificate } from '../certificate.ts';
import type { CpaTransport, PartyInfo } from '../model.ts';
import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { channelsInUse, placeOfParty } from './places.ts';
import type { RuleSubject } from './places.ts';

const LOCAL_NAMES: ReadonlySet<string> = new Set(['localhost', 'metadata.google.internal', 'metadata']);
const LOCAL_ADDRESSES = localAddresses();
const OUTDATED_PROTOCOL = /^(?:SSL|TLS ?(?:1\.0|1\.1))/i;

/** Where the parties receive: a contract from outside must not make this gateway call its own network. */
export function checkEndpoints({ cpa }: RuleSubject): readonly Finding[] {
  return cpa.parties.flatMap((party) => {
    const ids = new Set(channelsInUse(party).map((channel) => channel.transportId));
    return [...ids].flatMap((id) => {
      const transport = party.transports.get(id);
      const place = `${placeOfParty(cpa, party)}/Transport[@transportId='${id}']`;
      return transport === undefined ? [] : judgeTransport(transport, { place, party });
    });
  });
}

function judgeTransport(
  { endpoints, protocol, securityProtocol, serverCertificateRef }: CpaTransport,
  { place, party }: { readonly place: string; readonly party: PartyInfo },
): readonly Finding[] {
  const findings = endpoints.flatMap(({ uri }) => judgeEndpoint(uri, `${place}//Endpoint/@uri`));
  if (protocol !== undefined && protocol.toUpperCase() !== 'HTTP') {
    findings.push(finding('TRANSPORT_PROTOCOL', `${place}//TransportProtocol`, protocol));
  }
  findings.push(...judgeServerCertificate(endpoints, serverCertificateRef, { place, party }));
  if (endpoints.length > 1) findings.push(finding('ENDPOINTS_SEVERAL', place));
  const receives = party.roles.some((role) => role.canReceive.length > 0);
  if (endpoints.length === 0 && receives) findings.push(finding('ENDPOINT_MISSING', place));
  if (securityProtocol !== undefined && OUTDATED_PROTOCOL.test(securityProtocol)) {
    findings.push(finding('TLS_OUTDATED', place, securityProtocol));
  }
  return findings;
}

/** The certificate that the CPA foresees for the server names the host that the Endpoint names. @spec Digikoppeling PKI001 */
function judgeServerCertificate(
  endpoints: CpaTransport['endpoints'],
  certId: string | undefined,
  { place, party }: { readonly place: string; readonly party: PartyInfo },
): readonly Finding[] {
  const uri = endpoints[0]?.uri;
  const der = certId === undefined ? undefined : party.certificates.get(certId)?.der;
  const certificate = der === undefined ? undefined : openCertificate(der);
  if (uri === undefined || certificate === undefined || !URL.canParse(uri)) return [];
  const { protocol, hostname } = new URL(uri);
  if (protocol !== 'https:' || isLocalHost(hostname) || certificate.checkHost(hostname) !== undefined) return [];
  return [finding('ENDPOINT_HOST', `${place}//ServerCertificateRef`, hostname)];
}

function judgeEndpoint(uri: string, place: string): Finding[] {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const web = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === undefined || !web || url.username !== '' || url.password !== '' || url.hash !== '') {
    return [finding('ENDPOINT_INVALID', place, uri)];
  }
  return [
    ...(url.protocol === 'http:' ? [finding('ENDPOINT_PLAIN', place, uri)] : []),
    ...(isLocalHost(url.hostname) ? [finding('ENDPOINT_LOCAL', place, uri)] : []),
  ];
}

/** Whether a host name is this machine or its own link: loopback, link-local, cloud metadata. */
export function isLocalHost(hostname: string): boolean {
  const host = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (LOCAL_NAMES.has(host) || host.endsWith('.localhost')) return true;
  const version = isIP(host);
  return version !== 0 && LOCAL_ADDRESSES.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

function localAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet('0.0.0.0', 8, 'ipv4');
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addSubnet('169.254.0.0', 16, 'ipv4');
  list.addSubnet('100.100.100.200', 32, 'ipv4');
  list.addAddress('::', 'ipv6');
  list.addAddress('::1', 'ipv6');
  list.addSubnet('fe80::', 10, 'ipv6');
  list.addAddress('fd00:ec2::254', 'ipv6');
  return list;
}
