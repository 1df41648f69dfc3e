import { error, type FindingAt, findingAt, type FindingRow, note, warning } from '../../../errors/finding.ts';

const BESIDE = 'Put the file beside the WSDL, or in a folder below it, and name it by a relative path.';

/** Every finding about a WSDL. */
export const WSDL_FINDINGS = {
  // files
  FILE_UNREADABLE: error('The file is no XML that is read here.', 'Mend what is named.', 'XML 1.0'),
  FILE_NOT_UTF8: error(
    'The file is not UTF-8.',
    'Save it as UTF-8 and let its declaration say so.',
    'Digikoppeling WS006',
  ),
  NOT_WSDL: error('The file is no WSDL 1.1.', 'Give the file whose root is wsdl:definitions.', 'WSDL 1.1 §2.1'),
  NOT_SCHEMA: error('What is imported is no XML Schema.', 'Let the location name an xs:schema.', 'XML Schema 1.0 §4.2'),
  IMPORT_REMOTE: error('An import leads to another machine; nothing is fetched.', BESIDE, 'WSDL 1.1 §2.1.1'),
  IMPORT_OUTSIDE: error('An import leads out of the folder of the WSDL.', BESIDE, 'WSDL 1.1 §2.1.1'),
  IMPORT_MISSING: error('The file that is imported is not there.', BESIDE, 'WSDL 1.1 §2.1.1'),
  IMPORT_NAMESPACE: error(
    'The file that is imported has another targetNamespace than the import says.',
    'Let both say the same.',
    'WS-I BP R2005',
  ),
  IMPORT_LIMIT: error(
    'The imports are more, or larger, than are read here.',
    'Leave out what is not used.',
    'WSDL 1.1 §2.1.1',
  ),
  TARGET_NAMESPACE_MISSING: error('There is no targetNamespace.', 'Give definitions one.', 'WSDL 1.1 §2.1'),
  // portType
  PORT_TYPE_MISSING: error('There is no portType.', 'Describe the operations in one.', 'Digikoppeling WS005'),
  PORT_TYPES_SEVERAL: error('There are several portTypes.', 'Make a WSDL for each.', 'Digikoppeling WS005'),
  OPERATIONS_MISSING: error('The portType has no operation.', 'Describe at least one.', 'Digikoppeling WS001'),
  OPERATIONS_LIMIT: error(
    'The portType has more than 500 operations.',
    'Make several services of it.',
    'Digikoppeling WS001',
  ),
  OPERATION_NAME: error(
    'The operation has no name, or that of another one.',
    'Give each operation a name of its own.',
    'WS-I BP R2304',
  ),
  MESSAGE_PATTERN: error(
    'The operation is not a request with a response.',
    'Give it an input and after that an output; send what needs no answer by ebMS.',
    'Digikoppeling WS003',
  ),
  // messages
  MESSAGE_UNKNOWN: error('The message is not described.', 'Mend the name, or add the wsdl:message.', 'WSDL 1.1 §2.3'),
  PARTS: error(
    'The body has not exactly one part.',
    'Describe one element that holds everything (document/literal wrapped).',
    'Digikoppeling WW003',
  ),
  PART_TYPE: error(
    'The part names a type.',
    'Declare an element of that type, and name it by element=.',
    'Digikoppeling WW004',
  ),
  PART_ELEMENT: error('The part names no element.', 'Name one by element=.', 'Digikoppeling WW004'),
  ELEMENT_UNKNOWN: error(
    'No schema declares the element of the part.',
    'Mend the name, or import its schema.',
    'WS-I BP R2206',
  ),
  INPUT_SHARED: warning(
    'Two operations have the same input element; only the Action tells them apart.',
    'Give each operation an element of its own; until then each call names its operation.',
    'WS-I BP R2710',
  ),
  // Action
  ACTION_DEFAULT: note(
    'There is no wsam:Action; the default applies.',
    'Write wsam:Action, so that no toolkit has to derive it.',
    'Digikoppeling WS008',
  ),
  ACTION_NAMESPACE: warning(
    'The Action is given in the namespace of a draft.',
    'Write it as wsam:Action (http://www.w3.org/2007/05/addressing/metadata).',
    'Digikoppeling WS008',
  ),
  ACTION_RELATIVE: error('The Action is no absolute URI.', 'Give one.', 'Digikoppeling WS008'),
  ACTION_SHARED: error(
    'Two operations have the same Action for their input.',
    'Give each its own.',
    'Digikoppeling WS008',
  ),
  // binding
  BINDING_MISSING: error(
    'There is no SOAP binding of the portType.',
    'Add one: SOAP 1.1, document/literal.',
    'Digikoppeling WW001',
  ),
  BINDINGS_SEVERAL: warning(
    'There are several SOAP 1.1 bindings; the first one counts.',
    'Leave one.',
    'WSDL 1.1 §2.5',
  ),
  SOAP_VERSION: error('The binding is SOAP 1.2.', 'Bind it to SOAP 1.1.', 'Digikoppeling WW001'),
  SOAP_12_BESIDE: warning(
    'There is a binding to SOAP 1.2 as well; it is not served.',
    'Leave it out, so that no partner uses it.',
    'Digikoppeling WW001',
  ),
  BINDING_TRANSPORT: error(
    'The transport is not HTTP.',
    'Let transport be http://schemas.xmlsoap.org/soap/http.',
    'Digikoppeling WW001',
  ),
  BINDING_STYLE: error('The style is rpc.', 'Let style be document.', 'Digikoppeling WW001'),
  USE_ENCODED: error('The use is not literal.', 'Let use be literal.', 'Digikoppeling WW002'),
  OPERATION_UNBOUND: error('The binding leaves the operation out.', 'Add it to the binding.', 'WS-I BP R2718'),
  SOAP_ACTION: error(
    'soapAction is neither empty nor the Action of the input.',
    'Let it be soapAction="", or the value of wsam:Action.',
    'Digikoppeling WS002',
  ),
  HEADER_OWN: error(
    'The binding asks for header blocks of its own.',
    'Move what they say into the body: headers are those of WS-Addressing and WS-Security.',
    'Digikoppeling WS007',
  ),
  ADDRESS_MISSING: note(
    'There is no soap:address.',
    'A consumer needs the endpoint in its configuration.',
    'WSDL 1.1 §3.8',
  ),
  ADDRESSES_SEVERAL: warning('There are several ports; the first one counts.', 'Leave one.', 'WSDL 1.1 §2.7'),
  // schemas
  SCHEMA_REFERENCE: error(
    'The schema refers to what is not declared.',
    'Mend the name, or import its schema.',
    'XML Schema 1.0 §3.15.3',
  ),
  ENCODING_OWN: error(
    'The types are those of SOAP encoding.',
    'Use the data types of XML Schema.',
    'Digikoppeling WW002',
  ),
  SCHEMA_REDEFINE: warning(
    'xs:redefine is not read: translation to JSON sees the types as they were.',
    'Write the types as they are.',
    'XML Schema 1.0 §4.2.2',
  ),
  JSON_PARTIAL: note(
    'Messages that use this cannot be translated to JSON.',
    'Hand them over as XML, or describe the content exactly.',
    'XML Schema 1.0 §3.4',
  ),
} as const satisfies Record<string, FindingRow>;

export type WsdlFindingCode = keyof typeof WSDL_FINDINGS;

/** One finding about a WSDL; `place` is `file:line`, and behind it an XPath without prefixes where an element is meant. */
export type WsdlFinding = FindingAt<WsdlFindingCode>;

export function wsdlFinding(code: WsdlFindingCode, place: string, particulars?: string): WsdlFinding {
  return findingAt(WSDL_FINDINGS, code, place, particulars);
}
