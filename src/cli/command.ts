import { type CommandLine, readCommandLine } from "../config/command_line.ts";
import { readCompletionOptions } from "../config/completion_options.ts";
import { readStatusOptions, readTopOptions, readWhyOptions } from "../config/inquiry_options.ts";
import type { Machine } from "../config/machine.ts";
import { readOrderOptions } from "../config/order_options.ts";
import { readRequeueOptions } from "../config/requeue_options.ts";
import { inspectSettings, type Loaded } from "../config/settings.ts";
import { readSteerOptions } from "../config/steer_options.ts";
import { ConfigError, type Mistake } from "../scheduler/errors.ts";
import { checkConfig } from "./check_config.ts";
import { completion } from "./completion.ts";
import { EXIT_WRONG_SETTINGS, type Output } from "./exit.ts";
import { help } from "./help.ts";
import { reload } from "./reload.ts";
import { requeue } from "./requeue.ts";
import { status } from "./status.ts";
import { steer } from "./steer.ts";
import { top } from "./top.ts";
import { version } from "./version.ts";
import { why } from "./why.ts";

/** Reads the options of a command, and notes what is wrong. */
type OptionReader<T> = (given: CommandLine["options"], mistakes: Mistake[]) => T;

const WHERE_TO_LOOK = "--check-config shows all settings, where each comes from, and warnings\n";

/**
 * Does what the command line asks for, except to start: answers the exit code when all is done, or
 * the settings to start with.
 */
export async function runCommand(
  machine: Machine,
  runnerVersion: string,
  output: Output,
): Promise<number | Loaded> {
  const commandLine = readCommandLine(machine.argv);
  const inspection = inspectSettings(machine, commandLine);
  const { mistakes, settings } = inspection;
  const carryOut = async <T>(readOptions: OptionReader<T>, work: (it: T) => Promise<number>) => {
    const wrong = [...mistakes];
    const options = readOptions(commandLine.options, wrong);
    return wrong.length > 0 ? refuse(wrong, output) : await work(options);
  };
  switch (commandLine.command) {
    case "help":
      return help(commandLine.topic, output);
    case "version":
      return version(runnerVersion, output.write);
    case "check-config":
      return checkConfig(inspection, output.write);
    case "requeue":
      return await carryOut(readRequeueOptions, (it) => requeue(inspection, it, output));
    case "status":
      return await carryOut(readStatusOptions, (it) => status(settings, it, output));
    case "top":
      return await carryOut(readTopOptions, (it) => top(settings, it, output));
    case "completion":
      return await carryOut(readCompletionOptions, (it) => completion(it, output.write));
    case "why":
      return await carryOut(readWhyOptions, (it) => why(settings, it, output));
    case "pause":
    case "resume": {
      const { command } = commandLine;
      return await carryOut(readSteerOptions, (it) => {
        return steer(command, settings, { ...it, by: it.by ?? userOf(machine) }, output);
      });
    }
    case "reload":
      return await carryOut(readOrderOptions, (it) => reload(settings, it, output));
    case "start":
      return mistakes.length > 0 ? refuse(mistakes, output, WHERE_TO_LOOK) : inspection;
  }
}

/** Null: not known. */
function userOf(machine: Machine): string | null {
  try {
    return machine.userName();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function refuse(mistakes: readonly Mistake[], output: Output, more = ""): number {
  output.writeError(`${new ConfigError("", mistakes).message}\n${more}`);
  return EXIT_WRONG_SETTINGS;
}
