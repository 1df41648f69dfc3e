import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GatewayError } from '../errors.ts';
import type { Config } from './config/config.ts';

export const MEMORY = ':memory:';

/** Path behind a `scheme:` URL of the configuration. */
export function pathOf(url: string): string {
  return url.slice(url.indexOf(':') + 1).replace(/^\/\/(?=\/)/, '');
}

/** Makes the folders of data, store and payloads, readable by the owner only. Throws STORE_UNAVAILABLE. */
export async function prepareFolders(config: Config): Promise<{ readonly payloadFolder: string }> {
  const payloadFolder = pathOf(config.payloads.url);
  const store = pathOf(config.store.url);
  const folders = [config.data, payloadFolder, ...(store === MEMORY ? [] : [dirname(store)])];
  for (const folder of folders) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw new GatewayError('STORE_UNAVAILABLE', { location: folder, detail: `${folder} cannot be made`, cause });
    }
  }
  return { payloadFolder };
}
