import process from "node:process";
import { runCommand } from "./cli/command.ts";
import { start } from "./cli/start.ts";
import { THIS_PROCESS } from "./cli/surroundings.ts";
import { THIS_TERMINAL } from "./cli/terminal.ts";
import { thisMachine } from "./config/machine.ts";
import { VERSION } from "./version.ts";

/* The process: reads its settings, does what the command line says, and ends with its exit code. */

// The log counts what it cannot write. Whoever has read enough of a command's output goes away.
for (const stream of [process.stderr, process.stdout]) stream.on("error", () => {});

const command = await runCommand(thisMachine(), VERSION, {
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  terminal: THIS_TERMINAL,
});
process.exitCode = typeof command === "number"
  ? command
  : await start(command, VERSION, THIS_PROCESS);
