import type { OperationModel, WsdlModel } from '../model.ts';
import { wsdlFinding } from './finding-table.ts';
import type { WsdlFinding } from './finding-table.ts';

/** One portType with named operations, each a request with a response. @spec Digikoppeling WS001, WS003, WS005 */
export function checkPortType({ documents, portTypes, operations, surplus }: WsdlModel): readonly WsdlFinding[] {
  const { placeOf, definitions } = documents;
  const [portType, second] = portTypes;
  if (portType === undefined)
    return definitions.slice(0, 1).map((root) => wsdlFinding('PORT_TYPE_MISSING', placeOf(root)));
  const several = second === undefined ? [] : [wsdlFinding('PORT_TYPES_SEVERAL', placeOf(second))];
  const empty = operations.length === 0 ? [wsdlFinding('OPERATIONS_MISSING', placeOf(portType))] : [];
  const many = surplus === undefined ? [] : [wsdlFinding('OPERATIONS_LIMIT', placeOf(surplus))];
  return [...several, ...empty, ...many, ...operations.flatMap((one) => judgeOperation(one, operations, placeOf))];
}

function judgeOperation(
  operation: OperationModel,
  operations: readonly OperationModel[],
  placeOf: WsdlModel['documents']['placeOf'],
): readonly WsdlFinding[] {
  const { node, name, input, output } = operation;
  const first = operations.find((one) => one.name === name);
  const found = name === '' || first !== operation ? [wsdlFinding('OPERATION_NAME', placeOf(node), name)] : [];
  const answered = input !== undefined && output !== undefined && input.node.start < output.node.start;
  return answered ? found : [...found, wsdlFinding('MESSAGE_PATTERN', placeOf(node), name)];
}
