import { GatewayError } from '../../errors.ts';
import { DEFAULT_XML_LIMITS } from '../../xml/limits.ts';
import { parseXml, type XmlElement } from '../../xml/tree.ts';
import type { AddressingToWrite } from '../addressing/addressing.ts';
import { withOin } from '../addressing/oin-in-address.ts';
import { isElement } from '../envelope/body-element.ts';
import { WSA_ANONYMOUS } from '../namespaces.ts';
import type { ConsumedService, WusService } from '../service.ts';
import type { WsdlOperation } from '../wsdl/wsdl.ts';
import type { WusCall } from '../wus.ts';

/** Throws NOT_FOUND. */
export function requireConsumed(name: string, services: readonly WusService[]): ConsumedService {
  for (const service of services) if (service.role === 'consumer' && service.name === name) return service;
  throw new GatewayError('NOT_FOUND', { detail: `no service that is called from here has the name ${name}` });
}

/** The operation that was named, or the only one whose input the body is. Throws WUS_OPERATION, WUS_BODY. */
export function chooseOperation(
  { operation: name, content, operations }: WusCall,
  { wsdl, maxEnvelopeBytes }: ConsumedService,
): WsdlOperation {
  const open = operations ?? wsdl.operations;
  const element = elementOf(content.body, maxEnvelopeBytes);
  if (name === undefined) {
    const [only, second] = open.filter(({ input }) => isElement(element, input));
    if (only !== undefined && second === undefined) return only;
    throw new GatewayError('WUS_OPERATION', {
      detail: `{${element.namespace}}${element.localName} is the input of ${only === undefined ? 'no' : 'more than one'} operation`,
    });
  }
  const operation = open.find((one) => one.name === name);
  if (operation === undefined) throw new GatewayError('WUS_OPERATION', { detail: name });
  if (isElement(element, operation.input)) return operation;
  throw new GatewayError('WUS_BODY', {
    detail: `{${element.namespace}}${element.localName} is not the input of ${operation.name}`,
  });
}

function elementOf(body: Buffer, maxBytes: number): XmlElement {
  try {
    return parseXml(body, { ...DEFAULT_XML_LIMITS, maxBytes }).root;
  } catch (cause) {
    throw new GatewayError('WUS_BODY', { detail: cause instanceof Error ? cause.message : String(cause), cause });
  }
}

/** @spec Digikoppeling WA001 */
export function requestAddressing(
  service: ConsumedService,
  operation: WsdlOperation,
  messageId: string,
): AddressingToWrite {
  return {
    to: service.to ?? withOin(service.endpoint, service.partner),
    action: operation.inputAction,
    messageId,
    from: withOin(WSA_ANONYMOUS, service.oin),
    replyTo: WSA_ANONYMOUS,
  };
}
