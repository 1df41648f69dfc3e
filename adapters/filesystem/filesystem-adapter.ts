import type { Adapter } from '../../src/index.ts';
import type { FilesHost } from './host.ts';
import { createFolderHandover } from './inbox/folder-handover.ts';
import { LedgerSweeper } from './inbox/ledger-sweeper.ts';
import { OutboxPicker } from './outbox/outbox-picker.ts';
import type { FolderSettings } from './settings.ts';
import { whoElseMayWrite } from './shared-folder.ts';

export interface FilesystemOptions {
  readonly folders: readonly FolderSettings[];
  /** Names the store behind the gateway: what was claimed for it, no gateway with another store touches. */
  readonly owner: string;
}

const MESSAGES_AT_ONCE = 4;

/** Applications that know only folders: what they put into an outbox is sent, what comes for them appears in an inbox. */
export function createFilesystemAdapter({ folders, owner }: FilesystemOptions, host: FilesHost): Adapter {
  const sweepers: LedgerSweeper[] = [];
  const pickers: OutboxPicker[] = [];
  for (const { name, inbox, layout, outbox, work } of folders) {
    if (inbox !== undefined) {
      const handover = createFolderHandover({ inbox, layout, work });
      host.gateway.handovers.register(`files:${name}`, handover, { concurrency: MESSAGES_AT_ONCE });
      sweepers.push(new LedgerSweeper(inbox, host, work));
    }
    if (outbox !== undefined) pickers.push(new OutboxPicker(name, outbox, { host, owner }));
  }
  const drain = async (): Promise<void> => {
    await Promise.all(pickers.map((picker) => picker.stop()));
  };
  return {
    async start() {
      await Promise.all(folders.map((folder) => warnOfOthers(folder, host)));
      for (const one of [...sweepers, ...pickers]) one.start();
    },
    drain,
    async stop() {
      await drain();
      await Promise.all(sweepers.map((sweeper) => sweeper.stop()));
    },
  };
}

/** What the gateway keeps in the folder of an application is safe from links only where nobody else may put them there. */
async function warnOfOthers({ name, inbox, outbox, work }: FolderSettings, { log }: FilesHost): Promise<void> {
  if (work !== undefined) return;
  for (const folder of [inbox, outbox?.folder]) {
    const who = folder === undefined ? undefined : await whoElseMayWrite(folder);
    if (who !== undefined) log.warn({ folder: name, who }, 'others may write a folder that has no `work`');
  }
}
