import type { XmlElement } from '../xml/tree.ts';
import { child, children, optionalAttribute, requiredAttribute, requiredText } from './element-reader.ts';
import type { CpaTransport } from './model.ts';

/** @spec CPPA 2.0 §8.4.23 */
export function parseTransport(element: XmlElement, transportId: string): CpaTransport {
  const sender = child(element, 'TransportSender');
  const receiver = child(element, 'TransportReceiver');
  const client = sender && child(sender, 'TransportClientSecurity');
  const server = receiver && child(receiver, 'TransportServerSecurity');
  return {
    transportId,
    protocol: protocolOf(receiver) ?? protocolOf(sender),
    endpoints: (receiver === undefined ? [] : children(receiver, 'Endpoint')).map((endpoint) => ({
      uri: requiredAttribute(endpoint, 'uri'),
      type: optionalAttribute(endpoint, 'type') ?? 'allPurpose',
    })),
    securityProtocol: securityProtocolOf(server) ?? securityProtocolOf(client),
    clientCertificateRef: certificateRefOf(client, 'ClientCertificateRef'),
    serverCertificateRef: certificateRefOf(server, 'ServerCertificateRef'),
  };
}

function protocolOf(side: XmlElement | undefined): string | undefined {
  const protocol = side && child(side, 'TransportProtocol');
  return protocol && requiredText(protocol);
}

function securityProtocolOf(security: XmlElement | undefined): string | undefined {
  const protocol = security && child(security, 'TransportSecurityProtocol');
  if (protocol === undefined) return undefined;
  const version = optionalAttribute(protocol, 'version');
  return version === undefined ? requiredText(protocol) : `${requiredText(protocol)} ${version}`;
}

function certificateRefOf(security: XmlElement | undefined, name: string): string | undefined {
  const reference = security && child(security, name);
  return reference && requiredAttribute(reference, 'certId');
}
