import { GatewayError } from '../../errors.ts';
import { checkDestination } from '../addressing/check-destination.ts';
import { checkRequest } from '../addressing/check-addressing.ts';
import { oinInAddress } from '../addressing/oin-in-address.ts';
import { parseAddressing } from '../addressing/parse-addressing.ts';
import { checkSameAction } from '../addressing/soap-action.ts';
import type { WsdlOperation } from '../wsdl/wsdl.ts';
import type { AddressedRequest, AuthenticRequest } from './stages.ts';

/**
 * The addressing of the document whose signature held. Throws WUS_TO, WUS_ACTION, WUS_MESSAGE_ID, WUS_HEADER_VALUE,
 * WUS_HEADER_FOREIGN, WUS_SOAP_ACTION. @spec Digikoppeling WA001, WS002
 */
export function address(authentic: AuthenticRequest): AddressedRequest {
  const { service, opened, partner, soapAction } = authentic;
  const addressing = checkRequest(parseAddressing(opened.soap.header));
  checkDestination(addressing.to, service);
  const from = oinInAddress(addressing.from);
  if (from !== undefined && from !== partner) {
    throw new GatewayError('WUS_HEADER_VALUE', {
      location: '/Envelope/Header/From',
      detail: `wsa:From names OIN ${from} in a request of ${partner}`,
    });
  }
  // An Action that nobody has is told as such, whatever SOAPAction says.
  const operation = requireOperation(authentic, addressing.action);
  checkSameAction(soapAction, addressing.action);
  return { ...authentic, addressing, operation };
}

function requireOperation({ service }: AuthenticRequest, action: string): WsdlOperation {
  const operation = service.wsdl.operations.find(({ inputAction }) => inputAction === action);
  if (operation !== undefined) return operation;
  throw new GatewayError('WUS_HEADER_VALUE', {
    location: '/Envelope/Header/Action',
    detail: `wsa:Action ${action} is of no operation of ${service.name}`,
  });
}
