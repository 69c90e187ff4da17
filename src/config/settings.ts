import { ConfigError, type Mistake } from "../scheduler/errors.ts";
import { chooseChannels } from "./channel_choice.ts";
import { checkTogether } from "./checks.ts";
import { type CommandLine, readCommandLine } from "./command_line.ts";
import { COMMANDS } from "./command_table.ts";
import { readConfigFile } from "./config_file.ts";
import { completeDatabaseServer } from "./database_server.ts";
import { Draft } from "./draft.ts";
import type { Machine } from "./machine.ts";
import { nearMisses } from "./near_misses.ts";
import { odooLimits, startedLimit } from "./odoo_limits.ts";
import type { SettingKey, Settings } from "./setting.ts";
import { Sources } from "./sources.ts";
import { stockRunnerWarnings } from "./stock_runner.ts";

export type { Settings } from "./setting.ts";
export { SETTINGS } from "./setting_table.ts";

/**
 * The settings in force, where each came from, and what an administrator should know about them.
 */
export interface Loaded {
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingKey, string>>;
  readonly warnings: readonly string[];
}

/** Settings with what is wrong in them; a wrong one has its default. */
export interface Inspection extends Loaded {
  readonly mistakes: readonly Mistake[];
}

/**
 * Collects the settings from command line, environment and Odoo's file.
 *
 * @throws {ConfigError} With every mistake in them.
 * @example
 * ```ts
 * import { thisMachine } from "./machine.ts";
 * import { loadSettings } from "./settings.ts";
 *
 * const machine = { ...thisMachine(), argv: ["--port=80"], readFile: () => null };
 * console.log(loadSettings(machine).settings.port); // 80
 * ```
 */
export function loadSettings(machine: Machine): Loaded {
  const { mistakes, ...loaded } = inspectSettings(machine);
  if (mistakes.length > 0) throw new ConfigError("", mistakes);
  return loaded;
}

/**
 * As `loadSettings`, but keeps going: what is wrong stands in `mistakes`. Looks only at settings
 * that the command heeds: what is wrong with channels keeps nobody from a requeue.
 */
export function inspectSettings(
  machine: Machine,
  commandLine: CommandLine = readCommandLine(machine.argv),
): Inspection {
  const { command } = commandLine;
  const draft = new Draft();
  const { settings: keys, options } = COMMANDS[command];
  // Nothing keeps anybody from reading the help.
  if (keys.length + Object.keys(options).length > 0) draft.mistakes.push(...commandLine.mistakes);
  if (keys.length > 0) {
    const withoutFile = new Sources(commandLine, machine.environment, null);
    const file = readConfigFile(draft, withoutFile, machine);
    const sources = new Sources(commandLine, machine.environment, file);
    for (const key of keys) {
      if (key !== "configFile" && key !== "channels") draft.take(key, sources.of(key)[0]);
    }
    const hasChannels = keys.includes("channels");
    if (hasChannels) {
      chooseChannels(draft, sources.of("channels"), { strict: command === "check-config" });
      draft.warnings.push(...stockRunnerWarnings(sources.of("channels"), file));
    }
    completeDatabaseServer(draft, machine);
    checkTogether(draft, sources, machine);
    draft.warnings.push(...nearMisses(machine.environment, file));
    draft.warnings.push(
      ...startedLimit(draft.values.requeueStartedAfterMs, file?.content ?? null),
    );
    if (hasChannels && file !== null) {
      draft.warnings.push(...odooLimits(draft.values.channels, file.content));
    }
  }
  const { values, origins, mistakes, warnings } = draft;
  return { settings: { ...values, command }, origins, mistakes, warnings };
}
