import type { CompletedCommand, CompletedOption } from "./completed_command.ts";

/** For zsh: a function to be loaded, or sourced after `compinit`. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map((it) => it.name).join("|");
  return `#compdef odoo-jobrunner
# Completion of odoo-jobrunner for zsh, made by: odoo-jobrunner completion zsh
_odoo_jobrunner() {
  local each command=''
  local -a commands
  commands=(
${commands.map((it) => `    ${quoted(`${it.name}:${it.help}`)}`).join("\n")}
  )
  # The words before the one that is completed.
  for each in \${words[2,CURRENT-1]}; do
    case $each in (${names}) command=$each; break;; esac
  done
  case $command in
${commands.map(commandCase).join("\n")}
    (*)
      _arguments ${specsOf(startOf(commands))} '1:command:{_describe command commands}' ;;
  esac
}
if [[ $funcstack[1] == _odoo-jobrunner ]]; then
  _odoo_jobrunner "$@"
else
  compdef _odoo_jobrunner odoo-jobrunner
fi
`;
}

function startOf(commands: readonly CompletedCommand[]): CompletedCommand {
  return commands.find((it) => it.name === "start")!;
}

function commandCase(command: CompletedCommand): string {
  const { name, words } = command;
  // The command itself is one of these words: without any, zsh would complete nothing behind it.
  const operands = `'*:word:(${words.join(" ")})'`;
  return `    (${name})\n      _arguments ${specsOf(command)} ${operands} ;;`;
}

function specsOf({ options }: CompletedCommand): string {
  const specs = [...options.map(specOf), "'--help[Show what it can be told]'"];
  return specs.map((it) => `\\\n        ${it}`).join(" ");
}

/** As `_arguments` wants it; `=` lets the value stand behind it or in the next word. */
function specOf({ name, help, value, words, placeholder }: CompletedOption): string {
  const text = help.replace(/[\\[\]:]/g, "\\$&");
  if (value === "none") return quoted(`--${name}[${text}]`);
  const action = value === "file" ? "_files" : words.length > 0 ? `(${words.join(" ")})` : " ";
  return quoted(`--${name}=[${text}]:${placeholder}:${action}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
