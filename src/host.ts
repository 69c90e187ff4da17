import process from "node:process";
import { runCommand } from "./cli/command.ts";
import { type OnSignal, start } from "./cli/start.ts";
import { thisMachine } from "./config/machine.ts";
import { VERSION } from "./version.ts";

/* The process: reads its settings, does what the command line says, and ends with its exit code. */

const command = await runCommand(thisMachine(), VERSION, {
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
if (typeof command === "number") {
  process.exitCode = command;
} else {
  process.exitCode = await start(command, VERSION, {
    onEnd: listenTo("SIGTERM", "SIGINT"),
    onLook: listenTo("SIGHUP"),
  });
}

function listenTo(...signals: NodeJS.Signals[]): OnSignal {
  return (callback) => {
    for (const signal of signals) process.on(signal, callback);
    return () => {
      for (const signal of signals) process.off(signal, callback);
    };
  };
}
