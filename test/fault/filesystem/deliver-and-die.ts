import { createFolderHandover } from '../../../adapters/filesystem/inbox/folder-handover.ts';
import { dieAtStep } from '../../setup/die-at-step.ts';
import { handedMessage } from '../../setup/files-application.ts';

/** A process that places one message in an inbox, and dies at the step named. */
const [, , inbox = '', layout = '', step = ''] = process.argv;
await dieAtStep(Number(step));
await createFolderHandover({ inbox, layout: layout === 'folder' ? 'folder' : 'files' }).deliver(
  handedMessage({}, ['<a/>', '<b/>']),
);
