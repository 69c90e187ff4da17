import process from "node:process";
import { thisMachine } from "../config/machine.ts";
import { type Inspection, inspectSettings } from "../config/settings.ts";
import { writeToStderr } from "../log.ts";
import type { WriteChunk } from "../log_writer.ts";

/** What the process around the runner brings, and takes. */
export interface Surroundings {
  /** Calls back at every signal that asks the process to end; answers how to stop listening. */
  readonly onSignal: (callback: () => void) => () => void;
  /** Calls back at every signal that asks to read the settings again and to look for databases. */
  readonly onReload: (callback: () => void) => () => void;
  readonly readSettings: () => Inspection;
  /** Calls back with every error that nobody has caught; answers how to stop listening. */
  readonly onUncaught: (callback: (error: unknown) => void) => () => void;
  /** Ends at once. */
  readonly exit: (code: number) => void;
  readonly writeLog: WriteChunk;
}

/** Those of this process. */
export const THIS_PROCESS: Surroundings = {
  onSignal: (callback) => listen(["SIGTERM", "SIGINT"], callback),
  onReload: (callback) => listen(["SIGHUP"], callback),
  readSettings: () => inspectSettings(thisMachine()),
  onUncaught: (callback) => listen(["uncaughtException", "unhandledRejection"], callback),
  exit: (code) => process.exit(code),
  writeLog: writeToStderr,
};

function listen(events: readonly string[], callback: (value: unknown) => void): () => void {
  for (const event of events) process.on(event, callback);
  return () => {
    for (const event of events) process.off(event, callback);
  };
}
