import type { Mistake } from "../scheduler/errors.ts";
import { nearestWord } from "../scheduler/nearest_word.ts";
import type { GivenOption } from "./command_options.ts";
import { COMMAND_NAMES, COMMANDS } from "./command_table.ts";
import { type Command, type CommandOption, flagsOf, type SettingKey } from "./setting.ts";
import { SETTINGS } from "./setting_table.ts";

/** What a command line asks for: one command, values for settings, and options of the command. */
export interface CommandLine {
  readonly command: Command;
  /** The command that help is wanted about; null is all of them. */
  readonly topic: Command | null;
  readonly values: ReadonlyMap<SettingKey, GivenOption>;
  /** By their keys in the command's own table. */
  readonly options: ReadonlyMap<string, GivenOption>;
  readonly mistakes: readonly Mistake[];
}

/** Odoo's short options, and the usual one for help. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ["-c", "--config"],
  ["-d", "--database"],
  ["-h", "--help"],
]);
const COMMAND_OF: ReadonlyMap<string, Command> = new Map([
  ...COMMAND_NAMES.flatMap((command) => [[command, command], [`--${command}`, command]] as const),
  // For short.
  ["check", "check-config"],
]);

/** An option that a command knows. */
interface KnownOption {
  readonly key: string;
  readonly isSetting: boolean;
  readonly shape: CommandOption<unknown>;
}

const OPTIONS_OF = new Map(COMMAND_NAMES.map((command) => {
  const { settings, options } = COMMANDS[command];
  const known: KnownOption[] = [
    ...settings.map((key) => ({ key, isSetting: true, shape: SETTINGS[key] })),
    ...Object.entries(options).map(([key, shape]) => ({ key, isSetting: false, shape })),
  ];
  const flags = known.flatMap((it) => flagsOf(it.shape).map((flag) => [flag, it] as const));
  return [command, new Map(flags)];
}));

function optionsOf(command: Command): ReadonlyMap<string, KnownOption> {
  return OPTIONS_OF.get(command)!;
}

/** An option as it stands on the command line; null is one without a value. */
interface Word {
  readonly given: string;
  readonly flag: string;
  readonly text: string | null;
}

/**
 * Reads `--option value`, `--option=value` and commands. Underscores are dashes, as Odoo has them.
 */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const { commands, words } = split(argv);
  const [first, second] = [...commands].filter((it) => it !== "help");
  const command = commands.has("help") ? "help" : first ?? "start";
  const values = new Map<SettingKey, GivenOption>();
  const options = new Map<string, GivenOption>();
  const mistakes: Mistake[] = second === undefined
    ? []
    : [{ entry: second, reason: `one command at a time, and "${first}" is given too` }];
  for (const { given, flag, text } of words) {
    const known = optionsOf(command).get(flag);
    const { operand } = COMMANDS[command];
    if (operand !== undefined && text === null && !given.startsWith("-")) {
      add(options, operand, { flag: given, text: given }, true);
      continue;
    }
    const isEmpty = text?.trim() === "" && COMMANDS[command].changesJobs;
    if (known === undefined) mistakes.push({ entry: given, reason: unknown(flag, command) });
    else if (text === null || isEmpty) {
      const example = `${flagsOf(known.shape)[0]}=${known.shape.placeholder}`;
      mistakes.push({ entry: given, reason: `a value is wanted, as in ${example}` });
    } else {
      const { key, shape } = known;
      if (known.isSetting) add(values, key as SettingKey, { flag, text }, shape.isList);
      else add(options, key, { flag, text }, shape.isList);
    }
  }
  return { command, topic: first ?? null, values, options, mistakes };
}

/** Which words are commands, which are options, and which are their values. */
function split(argv: readonly string[]): { commands: ReadonlySet<Command>; words: Word[] } {
  const commands = new Set<Command>();
  const words: Word[] = [];
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const equals = word.indexOf("=");
    const given = equals < 0 ? word : word.slice(0, equals);
    const flag = SHORT.get(given) ?? given.replaceAll("_", "-");
    const asked = COMMAND_OF.get(flag);
    if (asked !== undefined) commands.add(asked);
    else if (equals >= 0) words.push({ given, flag, text: word.slice(equals + 1) });
    else if (isSwitch(flag)) words.push({ given, flag, text: "true" });
    else {
      const hasValue = given.startsWith("-") && isValue(rest[0]);
      words.push({ given, flag, text: hasValue ? rest.shift() ?? null : null });
    }
  }
  return { commands, words };
}

function isSwitch(flag: string): boolean {
  return COMMAND_NAMES.some((it) => optionsOf(it).get(flag)?.shape.isSwitch ?? false);
}

function isValue(word: string | undefined): boolean {
  return word !== undefined && !word.startsWith("--");
}

/** A list goes on with each option, any other setting is replaced. */
function add<K>(to: Map<K, GivenOption>, key: K, given: GivenOption, isList = false): void {
  const earlier = isList ? to.get(key) : undefined;
  const text = earlier === undefined ? given.text : `${earlier.text},${given.text}`;
  to.set(key, { flag: given.flag, text });
}

function unknown(flag: string, command: Command): string {
  const what = flag.startsWith("-") ? "option" : "command";
  const nearest = nearestWord(flag, [...optionsOf(command).keys(), ...COMMAND_OF.keys()]);
  const meant = nearest === null ? "" : `, meant may be "${nearest}"`;
  const owners = COMMAND_NAMES.filter((it) => optionsOf(it).has(flag));
  if (owners.length > 0) {
    // Settings belong to it, and to whichever others heed them.
    const owner = owners.find((it) => it === "start") ?? owners.join(" and ");
    return `it is an option of ${owner}, not of ${command}${meant}`;
  }
  const help = command === "start" ? "--help" : `${command} --help`;
  return `the ${what} is unknown${meant || `, ${help} shows all`}`;
}
