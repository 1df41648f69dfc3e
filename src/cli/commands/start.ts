import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Command } from 'commander';
import { createOutput } from '../output.ts';
import { example, withCommon } from './options.ts';
import type { CommonOptions } from './options.ts';

/** A piece of a pool keeps all of it: in one of 64 KiB, Node's own choice, a few octets that wait hold up whole messages of others. */
const BUFFER_POOL_BYTES = 8 * 1024;
/** It takes a tenth of a second: whoever waits for `ready` need not wait for it. */
const TIDY_AFTER_MS = 1_000;

export function startCommand(): Command {
  return withCommon(new Command('start'))
    .description('Run the gateway until SIGTERM or SIGINT; it then ends what is under way. Logs go to stderr.')
    .addHelpText('after', example('postiljon start -c gemeente/postiljon.yaml'))
    .action(async ({ config, json }: CommonOptions) => {
      // What starting throws away must not make the young generation grow: 13 MB less of an idle gateway.
      setFlagsFromString('--semi-space-growth-factor=1');
      Buffer.poolSize = BUFFER_POOL_BYTES;
      const { runGateway } = await import('../../app/start.ts');
      const output = createOutput(json === true);
      await runGateway(config, ({ ebms, api }) => {
        setFlagsFromString('--semi-space-growth-factor=2');
        setTimeout(returnMemory, TIDY_AFTER_MS).unref();
        output.answer({ ready: true, ebms, api, pid: process.pid }, `Ready. Partners: ${ebms}  API: ${api}/api/v1\n`);
      });
      // Whatever a library left open must not keep a gateway that has drained.
      process.exit(0);
    });
}

/** What starting threw away goes back to the system, for who has nothing to do does not collect: 12 MB of an idle gateway. */
function returnMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect: NodeJS.GCFunction = runInNewContext('gc');
  collect({ type: 'major', flavor: 'last-resort' });
}
