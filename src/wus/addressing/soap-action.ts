import { GatewayError } from '../../errors.ts';
import type { WsdlInterface } from '../wsdl/wsdl.ts';

const QUOTED = /^"([^"]*)"$/;
/** Peers that leave the quotes out are read as well. */
const BARE = /^[^"\s]+$/;

/** What the header SOAPAction says, without its quotes; '' says nothing. Throws WUS_SOAP_ACTION. @spec Digikoppeling WS002 */
export function readSoapAction(header: string | readonly string[] | undefined): string {
  const text = typeof header === 'string' ? header.trim() : '';
  const action = QUOTED.exec(text)?.[1] ?? BARE.exec(text)?.[0];
  if (action === undefined) throw invalid(`SOAPAction ${text === '' ? 'is missing' : text}`);
  return action;
}

/** Decided by the headers alone: one that no operation has need not be read. Throws WUS_SOAP_ACTION. */
export function checkKnownAction(soapAction: string, { operations }: Pick<WsdlInterface, 'operations'>): void {
  if (soapAction === '' || operations.some(({ inputAction }) => inputAction === soapAction)) return;
  throw invalid(`SOAPAction ${soapAction} is of no operation`);
}

/** Throws WUS_SOAP_ACTION unless it is empty or the same as wsa:Action, which alone decides. */
export function checkSameAction(soapAction: string, action: string): void {
  if (soapAction !== '' && soapAction !== action) throw invalid(`SOAPAction ${soapAction} with wsa:Action ${action}`);
}

function invalid(detail: string): GatewayError {
  return new GatewayError('WUS_SOAP_ACTION', { detail });
}
