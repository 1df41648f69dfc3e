import type { WsdlFindingCode } from '../../../src/wus/wsdl/read-wsdl.ts';
import type { Edit, SampleWsdl } from './wsdl-samples.ts';

/** A sample WSDL with edits that provoke a finding. */
export interface Case {
  readonly code: WsdlFindingCode;
  readonly name: string;
  readonly sample?: SampleWsdl;
  readonly edits?: readonly Edit[];
  /** Files beside it, by path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** The octets, where no edit can make them. */
  readonly bytes?: Uint8Array;
}

const XSD = 'xmlns="http://www.w3.org/2001/XMLSchema"';
const ECHO = 'http://dienst.voorbeeld.example/wus/echo_v1';
const IMPORTED = 'schemaLocation="bevraging_v1.xsd"';
const TYPES_END = '</wsdl:types>';
const INPUT = `<wsdl:input message="tns:echoVraag" wsam:Action="${ECHO}/echo"/>`;
const OUTPUT = `<wsdl:output message="tns:echoAntwoord" wsam:Action="${ECHO}/echoAntwoord"/>`;
const SOAP_12 =
  '<wsdl:binding name="Echo12" type="tns:Echo"><b:binding xmlns:b="http://schemas.xmlsoap.org/wsdl/soap12/" ' +
  'style="document" transport="http://schemas.xmlsoap.org/soap/http"/></wsdl:binding><wsdl:service ';
const schema = (content: string): string => `<schema ${XSD} targetNamespace="urn:x">${content}</schema>${TYPES_END}`;

export const CASES: readonly Case[] = [
  // files
  { code: 'FILE_UNREADABLE', name: 'a tag that is not closed', edits: [['</wsdl:types>', '']] },
  {
    code: 'FILE_UNREADABLE',
    name: 'a DTD',
    edits: [['<wsdl:definitions', '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><wsdl:definitions']],
  },
  {
    code: 'FILE_NOT_UTF8',
    name: 'a declaration of ISO-8859-1 [Digikoppeling WS006]',
    edits: [['encoding="UTF-8"', 'encoding="ISO-8859-1"']],
  },
  {
    code: 'FILE_NOT_UTF8',
    name: 'UTF-16 [Digikoppeling WS006]',
    bytes: Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><a/>', 'utf16le'),
  },
  { code: 'NOT_WSDL', name: 'a WSDL 2.0', bytes: Buffer.from('<description xmlns="http://www.w3.org/ns/wsdl"/>') },
  {
    code: 'NOT_SCHEMA',
    name: 'a schemaLocation that names a WSDL',
    sample: 'bevraging_v1',
    edits: [[IMPORTED, 'schemaLocation="echo_v1.wsdl"']],
  },
  {
    code: 'IMPORT_REMOTE',
    name: 'a schema on another machine',
    sample: 'bevraging_v1',
    edits: [[IMPORTED, 'schemaLocation="https://schemas.voorbeeld.example/bevraging_v1.xsd"']],
  },
  {
    code: 'IMPORT_REMOTE',
    name: 'a schema by file:',
    sample: 'bevraging_v1',
    edits: [[IMPORTED, 'schemaLocation="file:///etc/passwd"']],
  },
  {
    code: 'IMPORT_OUTSIDE',
    name: 'a schema above the folder',
    sample: 'bevraging_v1',
    edits: [[IMPORTED, 'schemaLocation="%2e%2e/x.xsd"']],
  },
  {
    code: 'IMPORT_OUTSIDE',
    name: 'a schema by its full path',
    sample: 'bevraging_v1',
    edits: [[IMPORTED, 'schemaLocation="/etc/passwd"']],
  },
  {
    code: 'IMPORT_OUTSIDE',
    name: 'a location that is no URI',
    sample: 'bevraging_v1',
    edits: [[IMPORTED, 'schemaLocation="%zz"']],
  },
  {
    code: 'IMPORT_MISSING',
    name: 'a schema that is not there',
    sample: 'bevraging_v1',
    edits: [[IMPORTED, 'schemaLocation="x.xsd"']],
  },
  {
    code: 'IMPORT_NAMESPACE',
    name: 'a schema of another namespace',
    sample: 'bevraging_v1',
    edits: [[IMPORTED, 'schemaLocation="x.xsd"']],
    files: { 'x.xsd': `<schema ${XSD} targetNamespace="urn:other"/>` },
  },
  {
    code: 'IMPORT_LIMIT',
    name: 'a schema of 17 MiB',
    sample: 'bevraging_v1',
    edits: [[IMPORTED, 'schemaLocation="x.xsd"']],
    files: { 'x.xsd': Buffer.alloc(17 * 1024 * 1024, ' ') },
  },
  { code: 'TARGET_NAMESPACE_MISSING', name: 'no targetNamespace', edits: [[/\n {4}targetNamespace="[^"]*"/, '']] },
  // portType
  { code: 'PORT_TYPE_MISSING', name: 'no portType', edits: [[/<wsdl:portType[^]*<\/wsdl:portType>/, '']] },
  {
    code: 'PORT_TYPES_SEVERAL',
    name: 'two portTypes [Digikoppeling WS005]',
    edits: [['</wsdl:portType>', '</wsdl:portType><wsdl:portType name="Tweede"/>']],
  },
  {
    code: 'OPERATIONS_MISSING',
    name: 'a portType without operation',
    edits: [[/<wsdl:operation[^]*?<\/wsdl:operation>/, '']],
  },
  {
    code: 'OPERATIONS_LIMIT',
    name: '501 operations',
    edits: [['<wsdl:portType name="Echo">', `<wsdl:portType name="Echo">${'<wsdl:operation name="x"/>'.repeat(500)}`]],
  },
  {
    code: 'OPERATION_NAME',
    name: 'two operations of one name',
    sample: 'melding_v1',
    edits: [['operation name="vraagStatus"', 'operation name="dienMeldingIn"']],
  },
  { code: 'MESSAGE_PATTERN', name: 'an operation without answer [Digikoppeling WS003]', edits: [[OUTPUT, '']] },
  { code: 'MESSAGE_PATTERN', name: 'an operation without question [Digikoppeling WS003]', edits: [[INPUT, '']] },
  {
    code: 'MESSAGE_PATTERN',
    name: 'an answer before the question [Digikoppeling WS003]',
    edits: [
      [INPUT, ''],
      [OUTPUT, OUTPUT + INPUT],
    ],
  },
  // messages
  {
    code: 'MESSAGE_UNKNOWN',
    name: 'a message that is not described',
    edits: [['message="tns:echoVraag"', 'message="tns:nergens"']],
  },
  {
    code: 'MESSAGE_UNKNOWN',
    name: 'a prefix that is not declared',
    edits: [['message="tns:echoVraag"', 'message="niet:echoVraag"']],
  },
  {
    code: 'PARTS',
    name: 'two parts in one body [Digikoppeling WW003]',
    edits: [['element="tns:echo"/>', 'element="tns:echo"/><wsdl:part name="tweede" element="tns:echo"/>']],
  },
  {
    code: 'PARTS',
    name: 'a message without part [Digikoppeling WW003]',
    edits: [['<wsdl:part name="inhoud" element="tns:echo"/>', '']],
  },
  {
    code: 'PART_TYPE',
    name: 'a part by type [Digikoppeling WW004]',
    edits: [['element="tns:echo"', 'type="xs:string"']],
  },
  { code: 'PART_ELEMENT', name: 'a part without element [Digikoppeling WW004]', edits: [[' element="tns:echo"', '']] },
  {
    code: 'ELEMENT_UNKNOWN',
    name: 'a part whose element no schema declares',
    edits: [['element="tns:echo"', 'element="tns:nergens"']],
  },
  {
    code: 'INPUT_SHARED',
    name: 'one input element for two operations',
    sample: 'melding_v1',
    edits: [['element="tns:vraagStatus"', 'element="tns:dienMeldingIn"']],
  },
  // Action
  {
    code: 'ACTION_DEFAULT',
    name: 'no wsam:Action [Digikoppeling WS008]',
    edits: [[` wsam:Action="${ECHO}/echo"`, '']],
  },
  {
    code: 'ACTION_NAMESPACE',
    name: 'an Action of a draft [Digikoppeling WS008]',
    edits: [['2007/05/addressing/metadata', '2006/05/addressing/wsdl']],
  },
  {
    code: 'ACTION_RELATIVE',
    name: 'an Action without scheme [Digikoppeling WS008]',
    edits: [[`Action="${ECHO}/echo"`, 'Action="echo"']],
  },
  {
    code: 'ACTION_SHARED',
    name: 'one Action for two operations [Digikoppeling WS008]',
    sample: 'melding_v1',
    edits: [['melding_v1/vraagStatus"', 'melding_v1/dienMeldingIn"']],
  },
  // binding
  { code: 'BINDING_MISSING', name: 'no binding', edits: [[/<wsdl:binding[^]*<\/wsdl:binding>/, '']] },
  {
    code: 'BINDINGS_SEVERAL',
    name: 'two bindings',
    edits: [['<wsdl:service ', '<wsdl:binding name="B" type="tns:Echo"><soap:binding/></wsdl:binding><wsdl:service ']],
  },
  {
    code: 'SOAP_VERSION',
    name: 'SOAP 1.2 alone [Digikoppeling WW001]',
    edits: [['http://schemas.xmlsoap.org/wsdl/soap/', 'http://schemas.xmlsoap.org/wsdl/soap12/']],
  },
  {
    code: 'SOAP_12_BESIDE',
    name: 'SOAP 1.2 beside SOAP 1.1 [Digikoppeling WW001]',
    edits: [['<wsdl:service ', SOAP_12]],
  },
  { code: 'BINDING_TRANSPORT', name: 'SMTP [Digikoppeling WW001]', edits: [['soap/http', 'soap/smtp']] },
  { code: 'BINDING_STYLE', name: 'rpc [Digikoppeling WW001]', edits: [['style="document"', 'style="rpc"']] },
  {
    code: 'BINDING_STYLE',
    name: 'rpc for one operation [Digikoppeling WW001]',
    edits: [['soapAction=""', 'soapAction="" style="rpc"']],
  },
  { code: 'USE_ENCODED', name: 'use="encoded" [Digikoppeling WW002]', edits: [['use="literal"', 'use="encoded"']] },
  {
    code: 'USE_ENCODED',
    name: 'a fault with use="encoded" [Digikoppeling WW002]',
    sample: 'melding_v1',
    edits: [['name="meldingFout" use="literal"', 'name="meldingFout" use="encoded"']],
  },
  {
    code: 'OPERATION_UNBOUND',
    name: 'a binding that leaves an operation out',
    edits: [[/<wsdl:operation name="echo">\s*<soap:operation[^]*?<\/wsdl:operation>/, '']],
  },
  {
    code: 'SOAP_ACTION',
    name: 'a soapAction of its own [Digikoppeling WS002]',
    edits: [['soapAction=""', 'soapAction="urn:echo"']],
  },
  {
    code: 'HEADER_OWN',
    name: 'a header block of its own [Digikoppeling WS007]',
    edits: [
      [
        '<wsdl:input><soap:body use="literal"/>',
        '<wsdl:input><soap:body use="literal"/><soap:header message="tns:echoVraag" part="inhoud" use="literal"/>',
      ],
    ],
  },
  { code: 'ADDRESS_MISSING', name: 'no service', edits: [[/<wsdl:service[^]*<\/wsdl:service>/, '']] },
  {
    code: 'ADDRESSES_SEVERAL',
    name: 'two ports',
    edits: [[/(<wsdl:port [^]*<\/wsdl:port>)/, '$1$1']],
  },
  // schemas
  {
    code: 'SCHEMA_REFERENCE',
    name: 'a type that is not declared',
    edits: [['type="xs:string"', 'type="tns:Nergens"']],
  },
  {
    code: 'SCHEMA_REFERENCE',
    name: 'a built-in type that there is not',
    edits: [['type="xs:string"', 'type="xs:text"']],
  },
  {
    code: 'SCHEMA_REFERENCE',
    name: 'a group that is not declared',
    sample: 'melding_v1',
    edits: [['<xs:all>', '<xs:all><xs:group ref="tns:Nergens"/>']],
  },
  {
    code: 'ENCODING_OWN',
    name: 'an array of SOAP encoding [Digikoppeling WW002]',
    edits: [
      ['xmlns:xs=', 'xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:xs='],
      ['type="xs:string"', 'type="enc:string"'],
    ],
  },
  {
    code: 'SCHEMA_REDEFINE',
    name: 'xs:redefine',
    edits: [[TYPES_END, schema('<redefine schemaLocation="r.xsd"/>')]],
    files: { 'r.xsd': `<schema ${XSD} targetNamespace="urn:x"/>` },
  },
  {
    code: 'JSON_PARTIAL',
    name: 'content of any kind',
    edits: [['name="tekst" type="xs:string"', 'name="tekst" type="xs:anyType"']],
  },
];
