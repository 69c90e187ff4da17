import process from "node:process";
import { runCommand } from "./cli/command.ts";
import { start } from "./cli/start.ts";
import { thisMachine } from "./config/machine.ts";
import { VERSION } from "./version.ts";

/* The process: reads its settings, does what the command line says, and ends with its exit code. */

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

const command = await runCommand(thisMachine(), VERSION, {
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
if (typeof command === "number") {
  process.exitCode = command;
} else {
  process.exitCode = await start(command, VERSION, (callback) => {
    for (const signal of SIGNALS) process.on(signal, callback);
    return () => {
      for (const signal of SIGNALS) process.off(signal, callback);
    };
  });
}
