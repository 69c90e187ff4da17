import { assertEquals } from "@std/assert";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../src/cli/command.ts";
import type { SystemClock } from "../../src/clock.ts";
import { createApp } from "../../src/server/app.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { SteerGuard } from "../../src/server/steer_guard.ts";
import { fakeMachine } from "../config/fake_machine.ts";
import { runnerStatus } from "./runner_status.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

/** What a command has said, and its exit code. */
export interface CommandEnd {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** A health server that takes orders, and the command line that gives them. */
export class OrderedProcess {
  private constructor(
    readonly clock: SystemClock,
    readonly folder: string,
    readonly served: Served,
    /** What its guard has reported. */
    readonly said: readonly string[],
  ) {}

  /** @param route Adds the paths that take the orders. */
  static async start(
    clock: SystemClock,
    route: (app: ReturnType<typeof createApp>, guard: SteerGuard) => void,
  ): Promise<OrderedProcess> {
    const folder = await mkdtemp(join(tmpdir(), "jobrunner-token-"));
    await writeFile(join(folder, "token"), `${TOKEN}\n`);
    await writeFile(join(folder, "wrong"), "another-token-of-good-length");
    const said: string[] = [];
    const app = createApp(() => runnerStatus());
    route(app, new SteerGuard({ token: TOKEN, clock, report: (text) => void said.push(text) }));
    const served = await serve({ app, host: "127.0.0.1", port: 0, clock });
    return new OrderedProcess(clock, folder, served, said);
  }

  /** The option that names a file of the folder. */
  tokenFile(name: "token" | "wrong" | "none"): string {
    return `--token-file=${join(this.folder, name)}`;
  }

  async run(command: string, ...argv: readonly string[]): Promise<CommandEnd> {
    let [output, errors] = ["", ""];
    const machine = fakeMachine({ argv: [command, `--health-port=${this.served.port}`, ...argv] });
    const code = await runCommand(machine, "1.2.3", {
      write: (text) => output += text,
      writeError: (text) => errors += text,
    });
    return { code: code as number, output, errors };
  }

  runWithToken(command: string, ...argv: readonly string[]): Promise<CommandEnd> {
    return this.run(command, this.tokenFile("token"), ...argv);
  }

  async stop(): Promise<void> {
    await this.served.close();
    await rm(this.folder, { recursive: true });
    assertEquals(this.clock.openTimers, 0);
  }
}
