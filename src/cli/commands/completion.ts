import type { Argv } from 'yargs';
import type { CommandBody } from '../command-table.ts';
import { say } from '../output.ts';

interface Options {
  readonly shell: string;
}

// The script passes the typed words to plexus itself, so that it is never older than the program. SHELL determines the
// form of the answer. The answer lists one-letter options with two dashes, which are invalid, so sed removes them.
const usable = String.raw`sed '/^--.\(:\|$\)/d'`;
const scripts: Readonly<Record<string, string>> = {
  bash: `# plexus completion for bash
_plexus_completions() {
  local IFS=$'\\n' found current=\${COMP_WORDS[COMP_CWORD]}
  found=$(SHELL=/bin/bash ZSH_NAME= plexus --get-yargs-completions "\${COMP_WORDS[@]}" 2>/dev/null | ${usable})
  COMPREPLY=($(compgen -W "$found" -- "\${current#=}"))
}
complete -o bashdefault -o default -F _plexus_completions plexus
`,
  zsh: `#compdef plexus
# plexus completion for zsh
_plexus_completions() {
  local -a found
  found=("\${(@f)$(SHELL=/bin/zsh plexus --get-yargs-completions "\${words[@]}" 2>/dev/null | ${usable})}")
  if [[ -n "\${found[*]}" ]]; then _describe 'values' found; else _default; fi
}
if [ "$funcstack[1]" = "_plexus" ]; then _plexus_completions "$@"; else compdef _plexus_completions plexus; fi
`,
  fish: `# plexus completion for fish
function __plexus_completions
  set -l words (commandline -opc) (commandline -ct)
  SHELL=/bin/zsh plexus --get-yargs-completions $words 2>/dev/null | ${usable} | string replace ':' \\t | string replace -a '\\\\:' ':'
end
complete -c plexus -f -a '(__plexus_completions)'
`,
  // kubectl runs the file of this name with the words after "plexus". Its answer ends with a directive: no file names.
  kubectl: `#!/bin/sh
# kubectl_complete-plexus: completion of kubectl plexus, for kubectl 1.26 or newer
SHELL=/bin/zsh kubectl-plexus --get-yargs-completions plexus "$@" 2>/dev/null | ${usable} | sed 's/:/\t/; s/\\\\:/:/g'
echo :4
`,
};

export const completionCommand: CommandBody<Options> = {
  builder: (yargs): Argv<Options> =>
    yargs
      .positional('shell', {
        choices: Object.keys(scripts),
        demandOption: true,
        describe: 'Which shell; kubectl: for kubectl plexus in every shell',
      })
      .example('source <($0 completion bash)', 'For the current bash')
      .example('$0 completion bash > /etc/bash_completion.d/plexus', 'For every bash')
      .example('$0 completion zsh > "${fpath[1]}/_plexus"', 'For every zsh')
      .example('$0 completion fish > ~/.config/fish/completions/plexus.fish', 'For every fish')
      .example(
        '$0 completion kubectl > ~/.local/bin/kubectl_complete-plexus && chmod +x ~/.local/bin/kubectl_complete-plexus',
        'For kubectl plexus, in a folder of PATH',
      ) as Argv<Options>,
  handler: ({ shell }) => say(scripts[shell] ?? ''),
};
