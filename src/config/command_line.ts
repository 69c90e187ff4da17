import type { Mistake } from "../scheduler/errors.ts";
import { nearestWord } from "../scheduler/nearest_word.ts";
import { type Command, COMMANDS, flagsOf, type SettingKey } from "./setting.ts";
import { SETTING_KEYS, SETTINGS } from "./setting_table.ts";

/** What a command line asks for: one command, and values for settings. */
export interface CommandLine {
  readonly command: Command;
  readonly values: ReadonlyMap<SettingKey, GivenOption>;
  readonly mistakes: readonly Mistake[];
}

export interface GivenOption {
  readonly flag: string;
  readonly text: string;
}

/** Odoo's short options, and the usual one for help. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ["-c", "--config"],
  ["-d", "--database"],
  ["-h", "--help"],
]);
const COMMAND_OF: ReadonlyMap<string, Command> = new Map(
  COMMANDS.flatMap((command) => [[command, command], [`--${command}`, command]]),
);
const KEY_OF: ReadonlyMap<string, SettingKey> = new Map(
  SETTING_KEYS.flatMap((key) => flagsOf(SETTINGS[key]).map((flag) => [flag, key] as const)),
);

/**
 * Reads `--option value`, `--option=value` and commands. Underscores are dashes, as Odoo has them.
 */
export function readCommandLine(argv: readonly string[]): CommandLine {
  let command: Command = "start";
  const values = new Map<SettingKey, GivenOption>();
  const mistakes: Mistake[] = [];
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const equals = word.indexOf("=");
    const given = equals < 0 ? word : word.slice(0, equals);
    const flag = SHORT.get(given) ?? given.replaceAll("_", "-");
    const asked = COMMAND_OF.get(flag);
    const key = KEY_OF.get(flag);
    if (asked !== undefined) {
      command = command === "help" ? command : asked;
      continue;
    }
    const hasValue = equals >= 0 || (given.startsWith("-") && isValue(rest[0]));
    const text = equals >= 0 ? word.slice(equals + 1) : hasValue ? rest.shift() ?? "" : "";
    if (key === undefined) mistakes.push({ entry: given, reason: unknown(flag) });
    else if (!hasValue) {
      mistakes.push({ entry: given, reason: `a value is wanted, as in ${example(key)}` });
    } else values.set(key, added(values.get(key), { flag, text }, SETTINGS[key].isList ?? false));
  }
  return { command, values, mistakes };
}

function isValue(word: string | undefined): boolean {
  return word !== undefined && !word.startsWith("--");
}

/** A list goes on with each option, any other setting is replaced. */
function added(earlier: GivenOption | undefined, given: GivenOption, isList: boolean): GivenOption {
  if (!isList || earlier === undefined) return given;
  return { flag: given.flag, text: `${earlier.text},${given.text}` };
}

function unknown(flag: string): string {
  const nearest = nearestWord(flag, [...KEY_OF.keys(), ...COMMAND_OF.keys()]);
  const what = flag.startsWith("-") ? "option" : "command";
  if (nearest === null) return `the ${what} is unknown, --help shows all`;
  return `the ${what} is unknown, meant may be "${nearest}"`;
}

function example(key: SettingKey): string {
  const setting = SETTINGS[key];
  return `${flagsOf(setting)[0]}=${setting.placeholder}`;
}
