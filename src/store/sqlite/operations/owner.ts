import type { MessageOwner } from '../../../ports/store.ts';
import type { Parameter } from '../database.ts';

/** A condition on a row of `message` under this name; it never chooses an index. */
export function ownedBy(
  owner: MessageOwner,
  name = 'message',
): { readonly sql: string; readonly parameters: readonly Parameter[] } {
  const party = `CASE ${name}.direction WHEN 'in' THEN ${name}.to_party_id ELSE ${name}.from_party_id END`;
  const lists: readonly (readonly [string, readonly string[] | undefined])[] = [
    [`+${name}.direction`, owner.directions],
    [party, owner.parties],
    [`+${name}.service`, owner.services],
    [`+${name}.action`, owner.actions],
  ];
  const given = lists.flatMap(([column, values]) => (values === undefined ? [] : [{ column, values }]));
  return {
    sql: given.map(({ column, values }) => `${column} IN (${values.map(() => '?').join(', ')})`).join(' AND '),
    parameters: given.flatMap(({ values }) => values),
  };
}
