import type { Machine } from "../config/machine.ts";
import { inspectSettings, type Loaded } from "../config/settings.ts";
import { ConfigError } from "../scheduler/errors.ts";
import { checkConfig } from "./check_config.ts";
import { EXIT_WRONG_SETTINGS, type Write } from "./exit.ts";
import { help } from "./help.ts";
import { version } from "./version.ts";

/** Where a command writes: what was asked for, and what is wrong. */
export interface Output {
  readonly write: Write;
  readonly writeError: Write;
}

/**
 * Does what the command line asks for, except to start: answers the exit code when all is done, or
 * the settings to start with.
 */
export function runCommand(
  machine: Machine,
  runnerVersion: string,
  output: Output,
): number | Loaded {
  const inspection = inspectSettings(machine);
  switch (inspection.settings.command) {
    case "help":
      return help(output.write);
    case "version":
      return version(runnerVersion, output.write);
    case "check-config":
      return checkConfig(inspection, output.write);
    case "start":
      break;
  }
  if (inspection.mistakes.length === 0) return inspection;
  output.writeError(`${new ConfigError("", inspection.mistakes).message}\n`);
  return EXIT_WRONG_SETTINGS;
}
