import type { Mistake } from "../scheduler/errors.ts";
import * as read from "./readers.ts";
import type { CommandOption, CommandOptions } from "./setting.ts";

/** For programs that read what a command says. */
export const JSON_SWITCH: CommandOption<boolean> = {
  name: "json",
  placeholder: "",
  fallback: false,
  shownDefault: "not set",
  read: read.flag,
  help: "Write one line of JSON instead of a table",
  isSwitch: true,
};

/** An option with its value, as the command line has it. */
export interface GivenOption {
  readonly flag: string;
  readonly text: string;
}

/** Reads the options of a command. A wrong one is noted, and has its default. */
export function readOptions<T extends object>(
  table: CommandOptions<T>,
  given: ReadonlyMap<string, GivenOption>,
  mistakes: Mistake[],
): T {
  const read = ([key, option]: [string, CommandOption<unknown>]): [string, unknown] => {
    const { flag, text } = given.get(key) ?? {};
    if (text === undefined) return [key, option.fallback];
    try {
      return [key, option.read(text.trim())];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      mistakes.push({ entry: `${flag}=${text}`, reason: error.message });
      return [key, option.fallback];
    }
  };
  return Object.fromEntries(Object.entries<CommandOption<unknown>>(table).map(read)) as T;
}
