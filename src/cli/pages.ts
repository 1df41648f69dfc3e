import { listOf, textOf } from './api-client.ts';
import type { ApiClient, ApiRequest, JsonObject } from './api-client.ts';
import { createOutput } from './output.ts';

export interface PageOptions {
  readonly json?: true;
  readonly limit?: number;
  readonly cursor?: string;
  readonly all?: true;
}

export interface PagedList {
  readonly path: string;
  readonly query: NonNullable<ApiRequest['query']>;
  /** What is listed, for people. */
  readonly things: string;
  readonly table: (items: readonly JsonObject[]) => string;
}

/** Items of a page where nothing is said. */
export const PAGE = 20;
const LARGEST_PAGE = 1000;

/** One page of a list, or with `all` every one of them. */
export async function showPages(client: ApiClient, options: PageOptions, list: PagedList): Promise<void> {
  if (options.all === true) return showAll(client, options, list);
  const { limit = PAGE, cursor } = options;
  const answer = await client.json(list.path, { query: { ...list.query, limit, cursor } });
  const next = textOf(answer, 'next');
  const more = next === '' ? '' : `More: --cursor ${next}\n`;
  const items = listOf(answer, 'items');
  const text = items.length === 0 ? `No ${list.things}.\n` : list.table(items) + more;
  createOutput(options.json === true).answer(answer, text);
}

/** Page after page, each written as it comes: a long list is never held whole. */
async function showAll(client: ApiClient, { json, limit = LARGEST_PAGE }: PageOptions, list: PagedList): Promise<void> {
  let count = 0;
  if (json === true) await write('{"items":[');
  for (let cursor: string | undefined; cursor !== ''; ) {
    const answer: JsonObject = await client.json(list.path, { query: { ...list.query, limit, cursor } });
    const items = listOf(answer, 'items');
    if (items.length > 0) {
      const text = json === true ? items.map((item) => JSON.stringify(item)).join(',') : list.table(items);
      await write(json === true && count > 0 ? `,${text}` : text);
    }
    count += items.length;
    cursor = textOf(answer, 'next');
  }
  await write(json === true ? ']}\n' : `${count} ${list.things}\n`);
}

function write(text: string): Promise<void> {
  return new Promise((resolve) => void process.stdout.write(text, () => resolve()));
}
