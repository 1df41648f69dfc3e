import { serviceKeys } from '../../../cpa/typed-value.ts';
import type { MessageOwner } from '../../../ports/store.ts';
import type { Parameter } from '../database.ts';

interface Condition {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/** A condition on a row of `message` under this name; it never chooses an index. */
export function ownedBy(owner: MessageOwner, name = 'message'): Condition {
  const party = `CASE ${name}.direction WHEN 'in' THEN ${name}.to_party_id ELSE ${name}.from_party_id END`;
  const given = [
    oneOf(`+${name}.direction`, owner.directions),
    oneOf(party, owner.parties),
    oneOf(`+${name}.service`, owner.services?.flatMap(serviceKeys)),
    oneOf(`+${name}.action`, owner.actions),
  ].filter((condition) => condition !== undefined);
  return {
    sql: given.map(({ sql }) => sql).join(' AND '),
    parameters: given.flatMap(({ parameters }) => parameters),
  };
}

function oneOf(column: string, values: readonly string[] | undefined): Condition | undefined {
  if (values === undefined) return undefined;
  return { sql: `${column} IN (${values.map(() => '?').join(', ')})`, parameters: values };
}
