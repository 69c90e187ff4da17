import type { CompletedCommand, CompletedOption } from "./completed_command.ts";

/** For fish 3 and later. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap((it) => {
    const { name, help, options, words } = it;
    // Without a command it starts.
    const isWanted = name === "start"
      ? "__odoo_jobrunner_starts"
      : `__fish_seen_subcommand_from ${name}`;
    return [
      `${COMPLETE} -n __fish_use_subcommand -a ${name} -d ${quoted(help)}`,
      ...words.map((word) => `${COMPLETE} -n ${quoted(isWanted)} -a ${word}`),
      ...options.map((option) => `${COMPLETE} -n ${quoted(isWanted)} ${optionOf(option)}`),
    ];
  });
  const others = commands.map((it) => it.name).filter((it) => it !== "start").join(" ");
  return `# Completion of odoo-jobrunner for fish, made by: odoo-jobrunner completion fish
function __odoo_jobrunner_starts
  not __fish_seen_subcommand_from ${others}
end
${COMPLETE} -f
${COMPLETE} -l help -d 'Show what it can be told'
${lines.join("\n")}
`;
}

const COMPLETE = "complete -c odoo-jobrunner";

function optionOf({ name, help, value, words }: CompletedOption): string {
  const option = `-l ${name} -d ${quoted(help)}`;
  if (value === "none") return option;
  if (value === "file") return `${option} -rF`;
  return words.length === 0 ? `${option} -x` : `${option} -xa ${quoted(words.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
