import { COMMAND_NAMES, COMMANDS } from "../config/command_table.ts";
import { wordsOf } from "../config/readers.ts";
import { type Command, type CommandOption, flagsOf } from "../config/setting.ts";
import { SETTINGS } from "../config/setting_table.ts";

/** A command as a shell has to know it. */
export interface CompletedCommand {
  readonly name: Command;
  readonly help: string;
  readonly options: readonly CompletedOption[];
  /** What a word without an option may be, where that is known. */
  readonly words: readonly string[];
}

export interface CompletedOption {
  /** Without its dashes. */
  readonly name: string;
  readonly help: string;
  readonly value: "none" | "file" | "other";
  /** What its value may be, where that is known. */
  readonly words: readonly string[];
  readonly placeholder: string;
}

/** All commands, from the tables that the command line is read by. */
export function completedCommands(): CompletedCommand[] {
  return COMMAND_NAMES.map(completedCommand);
}

function completedCommand(name: Command): CompletedCommand {
  const { help, settings, options, operand } = COMMANDS[name];
  const all = [...settings.map((it) => SETTINGS[it]), ...Object.values(options)];
  const first = operand === undefined ? undefined : options[operand];
  return {
    ...{ name, help, options: all.map(completedOption) },
    words: first ? wordsOf(first.read) : [],
  };
}

function completedOption(option: CommandOption<unknown>): CompletedOption {
  const { help, placeholder, isSwitch = false } = option;
  const isFile = placeholder === "FILE";
  return {
    ...{ name: flagsOf(option)[0]!.slice(2), help, placeholder },
    value: isSwitch ? "none" : isFile ? "file" : "other",
    words: isSwitch ? [] : wordsOf(option.read),
  };
}
