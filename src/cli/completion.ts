import type { Command } from 'commander';

/** What can stand behind a command, or behind an option of it: read from the commands themselves. */
export interface CommandWords {
  /** Names behind `postiljon`: `['message', 'list']`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionWords[];
}

export interface OptionWords {
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

export function commandWords(command: Command, path: readonly string[] = []): readonly CommandWords[] {
  const help = command.createHelp();
  const commands = help
    .visibleCommands(command)
    .map((child) => ({ name: child.name(), description: firstSentence(child.description()) }));
  const options = help.visibleOptions(command).map((option) => ({
    flags: [option.long, option.short].flatMap((flag) => (typeof flag === 'string' ? [flag] : [])),
    description: firstSentence(option.description),
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
  }));
  const own = { path, description: firstSentence(command.description()), commands, options };
  return [own, ...command.commands.flatMap((child) => commandWords(child, [...path, child.name()]))];
}

function firstSentence(text: string): string {
  return text.replaceAll(/\s+/g, ' ').split(/[.:](?: |$)/, 1)[0] ?? '';
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that makes a shell complete `postiljon`. */
export function completionScript(shell: Shell, program: Command): string {
  const words = commandWords(program);
  if (shell === 'fish') return fishScript(words);
  return shell === 'bash' ? bashScript(words) : zshScript(words);
}

const key = (path: readonly string[]): string => ['postiljon', ...path].join(' ');
/** In single quotes, as every shell reads them. */
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const wordsOf = ({ commands, options }: CommandWords): string =>
  [...commands.map(({ name }) => name), ...options.flatMap(({ flags }) => flags)].join(' ');

/** One line a command, and one for each option whose values are known. */
function cases(words: readonly CommandWords[]): string {
  const lines = words.flatMap((command) => [`    ${quote(key(command.path))}) offer=${quote(wordsOf(command))} ;;`]);
  return lines.join('\n');
}

function valueCases(words: readonly CommandWords[]): string {
  return words
    .flatMap(({ path, options }) =>
      options
        .filter(({ takesValue }) => takesValue)
        .map(({ flags, choices }) => {
          const patterns = flags.map((flag) => quote(`${key(path)} ${flag}`)).join('|');
          return `    ${patterns}) value=1; offer=${quote(choices.join(' '))} ;;`;
        }),
    )
    .join('\n');
}

/** Walks over the words before the cursor to find the command; bash and zsh differ only in how they name them. */
function walk(words: readonly CommandWords[]): string {
  const paths = words.filter(({ path }) => path.length > 0).map(({ path }) => quote(key(path)));
  return `  for word in "$@"; do
    case "$at $word" in
    ${paths.join('|')}) at="$at $word" ;;
    esac
    last="$word"
  done
  case "$at $last" in
${valueCases(words)}
  esac
  [ "$value" = 1 ] || case "$at" in
${cases(words)}
  esac`;
}

function bashScript(words: readonly CommandWords[]): string {
  return `# postiljon completion bash: put it in ~/.local/share/bash-completion/completions/postiljon
_postiljon() {
  local at='postiljon' word last='' offer='' value=0 current="\${COMP_WORDS[COMP_CWORD]}"
  set -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
${walk(words)}
  COMPREPLY=( $(compgen -W "$offer" -- "$current") )
}
complete -o default -F _postiljon postiljon
`;
}

function zshScript(words: readonly CommandWords[]): string {
  return `#compdef postiljon
# postiljon completion zsh: put it as _postiljon into a folder of $fpath
_postiljon() {
  local at='postiljon' word last='' offer='' value=0
  set -- "\${(@)words[2,CURRENT-1]}"
${walk(words)}
  if [[ -n "$offer" ]]; then compadd -- \${=offer}; else _files; fi
}
if [[ "\${funcstack[1]}" = _postiljon ]]; then _postiljon "$@"; else compdef _postiljon postiljon; fi
`;
}

function fishScript(words: readonly CommandWords[]): string {
  const lines = words.flatMap(({ path, commands, options }) => {
    const at = `__postiljon_at ${quote(key(path))}`;
    return [
      ...commands.map(
        ({ name, description }) =>
          `complete -c postiljon -f -n ${quote(at)} -a ${quote(name)} -d ${quote(description)}`,
      ),
      ...options.map(({ flags, description, takesValue, choices }) => {
        const named = flags
          .map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
          .join(' ');
        const value = takesValue ? ` -r${choices.length === 0 ? '' : ` -f -a ${quote(choices.join(' '))}`}` : '';
        return `complete -c postiljon -n ${quote(at)} ${named}${value} -d ${quote(description)}`;
      }),
    ];
  });
  const paths = words.filter(({ path }) => path.length > 0).map(({ path }) => quote(key(path)));
  return `# postiljon completion fish: put it in ~/.config/fish/completions/postiljon.fish
function __postiljon_at
  set -l at postiljon
  for word in (commandline -opc)[2..-1]
    if contains -- "$at $word" ${paths.join(' ')}
      set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}
