import { ERRORS } from '../../errors.ts';
import { SOAP_NS } from '../../soap/envelope.ts';
import { DEFAULT_XML_LIMITS } from '../../xml/limits.ts';
import { parseXml } from '../../xml/tree.ts';
import type { WusFault, WusOutcome } from '../content.ts';
import { isElement } from '../envelope/body-element.ts';
import type { WsdlFault, WsdlOperation } from '../wsdl/wsdl.ts';

const MOST_CHARACTERS = 200;
const UNAVAILABLE = `${ERRORS.BACKEND_ANSWER.wus} ${ERRORS.BACKEND_ANSWER.title}`;

/**
 * What a partner gets of the outcome of a backend; the very same object where that is all of it. A fault with a detail that the WSDL
 * declares passes with that detail. Of any other, toolkits make it of exceptions: its code stays, Client or Server, and of a Client
 * fault one line of its text.
 */
export function shownToPartner(outcome: WusOutcome, operation: Pick<WsdlOperation, 'faults'>): WusOutcome {
  if (outcome.kind === 'answer') return outcome;
  const { fault } = outcome;
  const detail = fault.detail.filter((one) => declaredFault(one, operation) !== undefined);
  if (detail.length === 0) return { kind: 'fault', fault: bare(fault) };
  return detail.length === fault.detail.length ? outcome : { kind: 'fault', fault: { ...fault, detail } };
}

/** The fault of the WSDL whose element this is. */
export function declaredFault(detail: Buffer, { faults }: Pick<WsdlOperation, 'faults'>): WsdlFault | undefined {
  if (faults.length === 0) return undefined;
  const maxBytes = Math.max(DEFAULT_XML_LIMITS.maxBytes, detail.length);
  const { root } = parseXml(detail, { ...DEFAULT_XML_LIMITS, maxBytes });
  return faults.find(({ element }) => isElement(root, element));
}

function bare({ faultcode, faultstring }: WusFault): WusFault {
  const isClient = isOfClient(faultcode);
  return {
    faultcode: { namespace: SOAP_NS, localName: isClient ? 'Client' : 'Server' },
    faultstring: isClient ? oneLine(faultstring) : UNAVAILABLE,
    faultactor: undefined,
    detail: [],
  };
}

/** With a subcode, and without a prefix, as some toolkits write it. @spec SOAP 1.1 §4.4.1 */
function isOfClient({ namespace, localName }: WusFault['faultcode']): boolean {
  return (namespace === SOAP_NS || namespace === '') && /^Client(?:\.|$)/.test(localName);
}

/** A trace begins on the second. */
function oneLine(text: string): string {
  const [line = ''] = text.trim().split(/[\r\n\u0085\u2028\u2029]/);
  return line.slice(0, MOST_CHARACTERS).toWellFormed().trim();
}
