import { findChild, findChildren } from '../../../xml/tree.ts';
import type { XmlElement } from '../../../xml/tree.ts';
import { boundUses, type OperationModel, soapActionOf, type WsdlModel } from '../model.ts';
import { plainAttribute, SOAP_BINDING, SOAP_HTTP } from '../names.ts';
import { wsdlFinding } from './finding-table.ts';
import type { WsdlFinding, WsdlFindingCode } from './finding-table.ts';

/** SOAP 1.1 over HTTP, document/literal, without headers of its own. @spec Digikoppeling WW001, WW002, WS002, WS007 */
export function checkBindings(model: WsdlModel): readonly WsdlFinding[] {
  const [portType] = model.portTypes;
  const [binding, second] = model.bindings;
  const [other] = model.bindings12;
  if (portType === undefined) return [];
  const report = (code: WsdlFindingCode, el: XmlElement, particulars?: string): WsdlFinding =>
    wsdlFinding(code, model.documents.placeOf(el), particulars);
  if (binding === undefined) {
    return [other === undefined ? report('BINDING_MISSING', portType) : report('SOAP_VERSION', other)];
  }
  const soap = findChild(binding, SOAP_BINDING, 'binding');
  const transport = soap === undefined ? undefined : plainAttribute(soap, 'transport');
  return [
    ...(second === undefined ? [] : [report('BINDINGS_SEVERAL', second)]),
    ...(other === undefined ? [] : [report('SOAP_12_BESIDE', other)]),
    ...(transport === SOAP_HTTP ? [] : [report('BINDING_TRANSPORT', binding, transport)]),
    ...model.operations.flatMap((operation) => judgeOperation(operation, { binding, soap, report })),
    ...judgeAddresses(model, binding, report),
  ];
}

type Report = (code: WsdlFindingCode, el: XmlElement, particulars?: string) => WsdlFinding;

interface Around {
  readonly binding: XmlElement;
  /** Its soap:binding. */
  readonly soap: XmlElement | undefined;
  readonly report: Report;
}

function judgeOperation(operation: OperationModel, { binding, soap, report }: Around): readonly WsdlFinding[] {
  const { bound, name, input } = operation;
  if (bound === undefined) return [report('OPERATION_UNBOUND', binding, name)];
  const own = findChild(bound, SOAP_BINDING, 'operation');
  const style = styleOf(own) ?? styleOf(soap) ?? 'document';
  const soapAction = soapActionOf(bound);
  const agrees = soapAction === '' || soapAction === input?.action;
  return [
    ...(style === 'document' ? [] : [report('BINDING_STYLE', bound, style)]),
    ...(agrees ? [] : [report('SOAP_ACTION', bound, soapAction)]),
    ...boundUses(bound).flatMap((use) => judgeUse(use, report)),
  ];
}

function styleOf(el: XmlElement | undefined): string | undefined {
  return el === undefined ? undefined : plainAttribute(el, 'style');
}

function judgeUse(bound: XmlElement, report: Report): readonly WsdlFinding[] {
  const bodies = ['body', 'fault'].flatMap((name) => findChildren(bound, SOAP_BINDING, name));
  const encoded = bodies.filter((body) => (plainAttribute(body, 'use') ?? 'literal') !== 'literal');
  const headers = findChildren(bound, SOAP_BINDING, 'header');
  return [
    ...encoded.map((body) => report('USE_ENCODED', body, plainAttribute(body, 'use'))),
    ...headers.map((header) => report('HEADER_OWN', header, plainAttribute(header, 'part'))),
  ];
}

function judgeAddresses(
  { addresses, documents }: WsdlModel,
  binding: XmlElement,
  report: Report,
): readonly WsdlFinding[] {
  const [address, second] = addresses;
  if (address === undefined) return [report('ADDRESS_MISSING', documents.definitions[0] ?? binding)];
  return second === undefined ? [] : [report('ADDRESSES_SEVERAL', second, plainAttribute(second, 'location'))];
}
