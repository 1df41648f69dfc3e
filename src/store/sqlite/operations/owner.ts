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
    oneService(`+${name}.service`, owner.services),
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

/** As `namesService` says: the whole of it, or all after a colon. */
function oneService(column: string, values: readonly string[] | undefined): Condition | undefined {
  if (values === undefined) return undefined;
  const ends = values.map(() => `substr(':' || ${column}, -length(?)) = ?`);
  return {
    sql: `(${ends.length === 0 ? 'FALSE' : ends.join(' OR ')})`,
    parameters: values.flatMap((value) => [`:${value}`, `:${value}`]),
  };
}
