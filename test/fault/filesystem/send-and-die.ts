import { dieAtStep } from '../../setup/die-at-step.ts';
import { openFilesApplication } from '../../setup/files-application.ts';
import { openGemeente, openOutboxAt } from '../../setup/files-outbox.ts';
import { MovableClock } from '../../setup/msh-pair.ts';

/** A process with a gateway that takes what lies in an outbox, and dies at the step named. */
const [, , root = '', folder = '', step = ''] = process.argv;
const clock = new MovableClock();
const here = await openGemeente({ clock, folder });
await dieAtStep(Number(step));
const { picker } = openOutboxAt({ here, clock }, {}, openFilesApplication({}, root));
await picker.look();
await picker.stop();
await here.close(true);
