import type { XsdSchema } from './schema/schema.ts';

/** A WSDL 1.1 file with its imports, read: one portType, bound to SOAP 1.1 over HTTP. @spec WSDL 1.1, WS-Addressing 1.0 Metadata */
export interface WsdlInterface {
  readonly targetNamespace: string;
  /** Name of the portType. */
  readonly portType: string;
  readonly operations: readonly WsdlOperation[];
  /** soap:address of the first port, if there is one. */
  readonly address: string | undefined;
  /** Global elements of all schemas. */
  readonly schema: XsdSchema;
}

export interface WsdlOperation {
  readonly name: string;
  /** wsam:Action, or what WS-Addressing Metadata §4.4.1 and §4.4.4 put in its place. */
  readonly inputAction: string;
  readonly outputAction: string;
  readonly input: QualifiedName;
  readonly output: QualifiedName;
  readonly faults: readonly WsdlFault[];
}

export interface WsdlFault {
  readonly name: string;
  readonly action: string;
  readonly element: QualifiedName;
}

export interface QualifiedName {
  readonly namespace: string;
  readonly localName: string;
}
