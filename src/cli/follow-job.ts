import { setTimeout as pause } from 'node:timers/promises';
import { textOf } from './api-client.ts';
import type { ApiClient, JsonObject } from './api-client.ts';
import { createProgress } from './progress.ts';

const BETWEEN_MS = 200;

/** Starts a job and shows how far it is until it has ended; answers what it says then. */
export async function followJob(
  client: ApiClient,
  asked: object,
  { headers, json }: { readonly headers: Readonly<Record<string, string>>; readonly json: boolean },
): Promise<JsonObject> {
  const progress = createProgress(json);
  let job = await client.json('/jobs', {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: Buffer.from(JSON.stringify(asked)),
  });
  const path = `/jobs/${textOf(job, 'id')}`;
  while (textOf(job, 'endedAt') === '') {
    progress.show(`${textOf(job, 'done')} of ${textOf(job, 'total') || '?'}`);
    await pause(BETWEEN_MS);
    job = await client.json(path);
  }
  progress.end();
  return job;
}
