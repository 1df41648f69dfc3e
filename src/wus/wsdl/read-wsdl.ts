import { bySeverity } from '../../errors/finding.ts';
import { loadDocuments, type OpenWsdlFile } from './documents.ts';
import { type MessageUse, modelOf, namespaceOf, type OperationModel, type WsdlModel } from './model.ts';
import { nameOf, plainAttribute } from './names.ts';
import { checkActions } from './rules/actions.ts';
import { checkBindings } from './rules/bindings.ts';
import type { WsdlFinding } from './rules/finding-table.ts';
import { checkMessages } from './rules/messages.ts';
import { checkPortType } from './rules/port-type.ts';
import { checkSchemas } from './rules/schemas.ts';
import type { QualifiedName, WsdlInterface, WsdlOperation } from './wsdl.ts';

export type { OpenWsdlFile } from './documents.ts';
export type { WsdlFinding, WsdlFindingCode } from './rules/finding-table.ts';

export interface InspectedWsdl {
  /** Undefined where a finding is an error. */
  readonly wsdl: WsdlInterface | undefined;
  /** Errors first. */
  readonly findings: readonly WsdlFinding[];
}

const RULES: readonly ((model: WsdlModel) => readonly WsdlFinding[])[] = [
  checkPortType,
  checkMessages,
  checkActions,
  checkBindings,
  checkSchemas,
];

/**
 * Reads a WSDL with its imports and judges it. `name` is its path from the folder that `open` reads; nothing is fetched.
 * @spec WSDL 1.1, Digikoppeling WW001–WW004, WS001–WS008
 */
export async function inspectWsdl(name: string, bytes: Uint8Array, open: OpenWsdlFile): Promise<InspectedWsdl> {
  const documents = await loadDocuments(name, bytes, open);
  const model = modelOf(documents);
  const judged = documents.definitions.length === 0 ? [] : RULES.flatMap((rule) => rule(model));
  const findings = [...documents.findings, ...judged].sort(bySeverity);
  return { wsdl: findings[0]?.severity === 'error' ? undefined : interfaceOf(model), findings };
}

function interfaceOf(model: WsdlModel): WsdlInterface {
  const [portType] = model.portTypes;
  const address = model.addresses[0] === undefined ? undefined : plainAttribute(model.addresses[0], 'location');
  return {
    targetNamespace: portType === undefined ? '' : namespaceOf(portType),
    portType: portType === undefined ? '' : nameOf(portType),
    operations: model.operations.map(operationOf),
    address,
    schema: model.schema,
  };
}

function operationOf({ name, input, output, faults }: OperationModel): WsdlOperation {
  return {
    name,
    inputAction: input?.action ?? '',
    outputAction: output?.action ?? '',
    input: elementOf(input),
    output: elementOf(output),
    faults: faults.map((fault) => ({ name: fault.name, action: fault.action, element: elementOf(fault) })),
  };
}

function elementOf(use: MessageUse | undefined): QualifiedName {
  if (use?.element === undefined) throw new Error('a message without element came through the rules');
  return use.element;
}
