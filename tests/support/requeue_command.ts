import { runCommand } from "../../src/cli/command.ts";
import type { TestConnection } from "./test_postgres.ts";
import { fakeMachine } from "../config/fake_machine.ts";

/** What a command has written, and the exit code it answered. */
export interface Ran {
  readonly code: unknown;
  readonly output: string;
  readonly errors: string;
}

/** `jobrunner requeue` in this process, with the server's settings in the environment. */
export async function requeue(
  { host, port, user, password }: TestConnection,
  argv: readonly string[],
): Promise<Ran> {
  let output = "";
  let errors = "";
  const machine = fakeMachine({
    argv: ["requeue", ...argv],
    environment: { PGHOST: host!, PGPORT: `${port}`, PGUSER: user, PGPASSWORD: password! },
  });
  const code = await runCommand(machine, "1.2.3", {
    write: (text) => output += text,
    writeError: (text) => errors += text,
  });
  return { code, output, errors };
}
