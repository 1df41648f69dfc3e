import { Argument, Command } from 'commander';
import { completionScript, SHELLS } from '../completion.ts';
import type { Shell } from '../completion.ts';
import { createOutput } from '../output.ts';
import { example, withCommon } from './options.ts';
import type { CommonOptions } from './options.ts';

/** `program` is asked when the command runs: by then it has all its commands. */
export function completionCommand(program: () => Command): Command {
  return withCommon(new Command('completion'))
    .description('The script that makes your shell complete commands, options and their values.')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText(
      'after',
      example(
        'postiljon completion bash > ~/.local/share/bash-completion/completions/postiljon',
        'postiljon completion zsh > ~/.zfunc/_postiljon',
        'postiljon completion fish > ~/.config/fish/completions/postiljon.fish',
      ),
    )
    .action((shell: Shell, { json }: CommonOptions) => {
      const script = completionScript(shell, program());
      createOutput(json === true).answer({ shell, script }, script);
    });
}
