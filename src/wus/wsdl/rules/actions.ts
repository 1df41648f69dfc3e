import { type MessageUse, usesOf, type WsdlModel } from '../model.ts';
import { wsdlFinding } from './finding-table.ts';
import type { WsdlFinding } from './finding-table.ts';

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/;

/** Every message has an Action, and every input one of its own. @spec Digikoppeling WS008, WS-Addressing 1.0 Metadata §4.4 */
export function checkActions(model: WsdlModel): readonly WsdlFinding[] {
  return [...usesOf(model).flatMap((use) => judgeAction(use, model)), ...sharedActions(model)];
}

function judgeAction({ node, action, given }: MessageUse, { documents }: WsdlModel): readonly WsdlFinding[] {
  const place = documents.placeOf(node);
  const findings: WsdlFinding[] = [];
  if (given === 'draft') findings.push(wsdlFinding('ACTION_NAMESPACE', place, action));
  if (given === 'soapAction' || given === 'default') findings.push(wsdlFinding('ACTION_DEFAULT', place, action));
  if (!ABSOLUTE.test(action)) findings.push(wsdlFinding('ACTION_RELATIVE', place, action));
  return findings;
}

function sharedActions({ operations, documents }: WsdlModel): readonly WsdlFinding[] {
  const seen = new Set<string>();
  return operations.flatMap(({ input }) => {
    if (input === undefined) return [];
    const shared = seen.has(input.action);
    seen.add(input.action);
    return shared ? [wsdlFinding('ACTION_SHARED', documents.placeOf(input.node), input.action)] : [];
  });
}
