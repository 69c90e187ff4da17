import type { Mistake } from "../scheduler/errors.ts";
import { type GivenOption, readOptions } from "./command_options.ts";
import * as read from "./readers.ts";
import type { CommandOptions } from "./setting.ts";

export interface CompletionOptions {
  /** Null is not said. */
  readonly shell: "bash" | "zsh" | "fish" | null;
}

export const COMPLETION_OPTIONS: CommandOptions<CompletionOptions> = {
  shell: {
    name: "shell",
    placeholder: "SHELL",
    fallback: null,
    shownDefault: "none",
    read: read.oneOf("bash", "zsh", "fish"),
    help: "bash, zsh or fish; --shell may be left out",
  },
};

export const COMPLETION_HELP = `Writes a script that makes a shell complete commands and options.

  odoo-jobrunner completion bash > ~/.local/share/bash-completion/completions/odoo-jobrunner
  odoo-jobrunner completion zsh > ~/.zsh/completions/_odoo-jobrunner
  odoo-jobrunner completion fish > ~/.config/fish/completions/odoo-jobrunner.fish

For one session, in bash: source <(odoo-jobrunner completion bash)

Exit code 0: it is written; 2: wrong usage.`;

export function readCompletionOptions(
  given: ReadonlyMap<string, GivenOption>,
  mistakes: Mistake[],
): CompletionOptions {
  const options = readOptions(COMPLETION_OPTIONS, given, mistakes);
  if (options.shell === null && !given.has("shell")) {
    mistakes.push({ entry: "completion", reason: "a shell is wanted: bash, zsh or fish" });
  }
  return options;
}
