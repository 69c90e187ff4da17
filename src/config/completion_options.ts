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
