import type { CompletedCommand, CompletedOption } from "./completed_command.ts";

/** For bash 4 and later, with or without the package `bash-completion`. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const options = commands.flatMap((it) => it.options);
  const names = (value: CompletedOption["value"]) => {
    const those = options.filter((it) => it.value === value && it.words.length === 0);
    return [...new Set(those.map((it) => `--${it.name}`))].join("|");
  };
  const words = new Map(options.filter((it) => it.words.length > 0).map((it) => [it.name, it]));
  return `# Completion of odoo-jobrunner for bash, made by: odoo-jobrunner completion bash
_odoo_jobrunner() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  local option='' command='' words='' each isValue=''
  # Bash takes each = for a word of its own.
  if [[ $word == '=' ]]; then option=$before word=''
  elif [[ $before == '=' ]]; then option=\${COMP_WORDS[COMP_CWORD-2]}
  else option=$before
  fi
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $isValue$each in
      ${commands.map((it) => it.name).join("|")}) command=$each ;;
    esac
    case $each in
      ${names("file")}|${names("other")}|=) isValue=1 ;;
      ${[...words.keys()].map((it) => `--${it}`).join("|")}) isValue=1 ;;
      *) isValue='' ;;
    esac
  done
  case $option in
${[...words.values()].map((it) => `    --${it.name}) words='${it.words.join(" ")}' ;;`).join("\n")}
    ${names("file")})
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
    ${names("other")}) COMPREPLY=(); return ;;
    *)
      case $command in
${commands.map((it) => `        ${it.name}) words='${wordsAfter(it)}' ;;`).join("\n")}
        *) words='${beforeCommand(commands)}' ;;
      esac ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _odoo_jobrunner odoo-jobrunner
`;
}

function wordsAfter({ options, words }: CompletedCommand): string {
  return [...words, ...flags(options), "--help"].join(" ");
}

/** Without a command it starts: its options stand beside the commands. */
function beforeCommand(commands: readonly CompletedCommand[]): string {
  const start = commands.find((it) => it.name === "start")!;
  return [...commands.map((it) => it.name), ...flags(start.options), "--help"].join(" ");
}

function flags(options: readonly CompletedOption[]): string[] {
  return options.map((it) => `--${it.name}`);
}
