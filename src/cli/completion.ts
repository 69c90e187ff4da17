import type { CompletionOptions } from "../config/completion_options.ts";
import { completedCommands } from "./completed_command.ts";
import { bashCompletion } from "./completion_bash.ts";
import { fishCompletion } from "./completion_fish.ts";
import { zshCompletion } from "./completion_zsh.ts";
import { EXIT_OK, type Write } from "./exit.ts";

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `completion`: writes the script of a shell, made from the tables of commands and settings. */
export function completion({ shell }: CompletionOptions, write: Write): Promise<number> {
  write(SCRIPTS[shell!](completedCommands()));
  return Promise.resolve(EXIT_OK);
}
