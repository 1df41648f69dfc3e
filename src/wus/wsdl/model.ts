import { attribute, findChild, findChildren } from '../../xml/tree.ts';
import type { XmlElement } from '../../xml/tree.ts';
import type { WsdlDocuments } from './documents.ts';
import {
  childrenIn,
  keyOf,
  nameOf,
  plainAttribute,
  resolveName,
  SOAP12_BINDING,
  SOAP_BINDING,
  WSAM_NAMESPACE,
  WSAW_NAMESPACE,
  WSDL_NAMESPACE,
} from './names.ts';
import { type Components, indexComponents } from './schema/components.ts';
import { readSchema } from './schema/read-schema.ts';
import type { XsdSchema } from './schema/schema.ts';
import type { QualifiedName } from './wsdl.ts';

/** A WSDL as it stands, right or wrong: what rules judge. */
export interface WsdlModel {
  readonly documents: WsdlDocuments;
  readonly components: Components;
  readonly schema: XsdSchema;
  readonly portTypes: readonly XmlElement[];
  readonly operations: readonly OperationModel[];
  /** The first operation of those that are too many. */
  readonly surplus: XmlElement | undefined;
  /** SOAP 1.1 bindings of the portType, and those of SOAP 1.2. */
  readonly bindings: readonly XmlElement[];
  readonly bindings12: readonly XmlElement[];
  /** soap:address of the ports of those bindings. */
  readonly addresses: readonly XmlElement[];
}

export interface OperationModel {
  readonly node: XmlElement;
  readonly name: string;
  readonly input: MessageUse | undefined;
  readonly output: MessageUse | undefined;
  readonly faults: readonly MessageUse[];
  /** Its wsdl:operation in the first binding. */
  readonly bound: XmlElement | undefined;
}

/** An input, output or fault of an operation. */
export interface MessageUse {
  readonly node: XmlElement;
  readonly name: string;
  readonly action: string;
  /** Where the action comes from. */
  readonly given: 'wsam' | 'draft' | 'soapAction' | 'default';
  readonly message: XmlElement | undefined;
  /** Parts of the message that go into the Body. */
  readonly parts: readonly XmlElement[];
  /** Element of the first of them. */
  readonly element: QualifiedName | undefined;
}

const MAX_OPERATIONS = 500;
const MAX_BINDINGS = 10;

export function modelOf(documents: WsdlDocuments): WsdlModel {
  const components = indexComponents(documents.schemas);
  const portTypes = allOf(documents, 'portType');
  const [portType] = portTypes;
  const bound = allOf(documents, 'binding').filter((one) => portType !== undefined && names(one, 'type', portType));
  const bindings = bound.filter((one) => findChild(one, SOAP_BINDING, 'binding') !== undefined).slice(0, MAX_BINDINGS);
  const operations = portType === undefined ? [] : findChildren(portType, WSDL_NAMESPACE, 'operation');
  const messages = new Map(allOf(documents, 'message').map((one) => [keyOf(componentName(one)), one]));
  return {
    documents,
    components,
    schema: readSchema(components),
    portTypes,
    surplus: operations[MAX_OPERATIONS],
    operations: operations.slice(0, MAX_OPERATIONS).map((node) => readOperation(node, messages, bindings[0])),
    bindings,
    bindings12: bound.filter((one) => findChild(one, SOAP12_BINDING, 'binding') !== undefined),
    addresses: allOf(documents, 'service')
      .flatMap((service) => findChildren(service, WSDL_NAMESPACE, 'port'))
      .filter((port) => bindings.some((binding) => names(port, 'binding', binding)))
      .flatMap((port) => findChildren(port, SOAP_BINDING, 'address')),
  };
}

function allOf({ definitions }: WsdlDocuments, localName: string): readonly XmlElement[] {
  return definitions.flatMap((root) => findChildren(root, WSDL_NAMESPACE, localName));
}

/** Whether an attribute of `el` names that global component of a WSDL. */
function names(el: XmlElement, attributeName: string, component: XmlElement): boolean {
  const name = resolveName(el, plainAttribute(el, attributeName) ?? '');
  return name !== undefined && keyOf(name) === keyOf(componentName(component));
}

function componentName(component: XmlElement): QualifiedName {
  return { namespace: namespaceOf(component), localName: nameOf(component) };
}

/** targetNamespace of the definitions that a global component stands in. */
export function namespaceOf({ parent }: XmlElement): string {
  return (parent === undefined ? undefined : plainAttribute(parent, 'targetNamespace')) ?? '';
}

type Messages = ReadonlyMap<string, XmlElement>;

function readOperation(node: XmlElement, messages: Messages, binding: XmlElement | undefined): OperationModel {
  const name = nameOf(node);
  const bound =
    binding === undefined
      ? undefined
      : findChildren(binding, WSDL_NAMESPACE, 'operation').find((one) => nameOf(one) === name);
  const read = (use: XmlElement): MessageUse => readUse(use, node, { messages, bound });
  const input = findChild(node, WSDL_NAMESPACE, 'input');
  const output = findChild(node, WSDL_NAMESPACE, 'output');
  return {
    node,
    name,
    bound,
    input: input === undefined ? undefined : read(input),
    output: output === undefined ? undefined : read(output),
    faults: findChildren(node, WSDL_NAMESPACE, 'fault').map(read),
  };
}

interface Around {
  readonly messages: Messages;
  readonly bound: XmlElement | undefined;
}

function readUse(node: XmlElement, operation: XmlElement, { messages, bound }: Around): MessageUse {
  const name = plainAttribute(node, 'name') ?? defaultName(node.localName, nameOf(operation));
  const messageName = resolveName(node, plainAttribute(node, 'message') ?? '');
  const message = messageName === undefined ? undefined : messages.get(keyOf(messageName));
  const all = message === undefined ? [] : findChildren(message, WSDL_NAMESPACE, 'part');
  const parts = all.filter((part) => isInBody(part, node, bound));
  const text = parts[0] === undefined ? undefined : plainAttribute(parts[0], 'element');
  const element = parts[0] === undefined || text === undefined ? undefined : resolveName(parts[0], text);
  return { node, name, message, parts, element, ...actionOf(node, operation, name, bound) };
}

/** @spec WSDL 1.1 §2.4.5 */
function defaultName(kind: string, operation: string): string {
  if (kind === 'fault') return '';
  return `${operation}${kind === 'input' ? 'Request' : 'Response'}`;
}

/** soap:body/@parts may leave parts out: those of soap:header. @spec WSDL 1.1 §3.5 */
function isInBody(part: XmlElement, { localName }: XmlElement, bound: XmlElement | undefined): boolean {
  const use = bound === undefined ? undefined : findChild(bound, WSDL_NAMESPACE, localName);
  const body = use === undefined ? undefined : findChild(use, SOAP_BINDING, 'body');
  const listed = body === undefined ? undefined : plainAttribute(body, 'parts');
  return listed === undefined || listed.split(/[ \t\r\n]+/).includes(nameOf(part));
}

type Action = Pick<MessageUse, 'action' | 'given'>;

/** @spec WS-Addressing 1.0 Metadata §4.4.1, §4.4.4 */
function actionOf(node: XmlElement, operation: XmlElement, name: string, bound: XmlElement | undefined): Action {
  const explicit = attribute(node, WSAM_NAMESPACE, 'Action');
  if (explicit !== undefined) return { action: explicit.trim(), given: 'wsam' };
  const draft = attribute(node, WSAW_NAMESPACE, 'Action');
  if (draft !== undefined) return { action: draft.trim(), given: 'draft' };
  const soapAction = node.localName === 'input' ? soapActionOf(bound) : '';
  if (soapAction !== '') return { action: soapAction, given: 'soapAction' };
  return { action: defaultAction(node, operation, name), given: 'default' };
}

/** '' where there is none. */
export function soapActionOf(bound: XmlElement | undefined): string {
  const operation = bound === undefined ? undefined : findChild(bound, SOAP_BINDING, 'operation');
  return (operation === undefined ? undefined : plainAttribute(operation, 'soapAction')) ?? '';
}

function defaultAction({ localName }: XmlElement, operation: XmlElement, name: string): string {
  const portType = operation.parent;
  const namespace = portType === undefined ? '' : namespaceOf(portType);
  const delimiter = /^urn:/i.test(namespace) ? ':' : '/';
  const start = delimiter === '/' && namespace.endsWith('/') ? namespace.slice(0, -1) : namespace;
  const steps = [start, portType === undefined ? '' : nameOf(portType)];
  const last = localName === 'fault' ? [nameOf(operation), 'Fault', name] : [name];
  return [...steps, ...last].join(delimiter);
}

/** Elements of the WSDL namespace in a bound operation: its inputs, outputs and faults. */
export function boundUses(bound: XmlElement): readonly XmlElement[] {
  return childrenIn(bound, WSDL_NAMESPACE).filter(({ localName }) => localName !== 'documentation');
}

/** Inputs, outputs and faults of all operations. */
export function usesOf({ operations }: WsdlModel): readonly MessageUse[] {
  return operations.flatMap(({ input, output, faults }) =>
    [input, output, ...faults].filter((use) => use !== undefined),
  );
}
