import { assertEquals, assertMatch } from "@std/assert";
import { execFile } from "node:child_process";
import process from "node:process";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { hostCommand, withoutSettings } from "../../scripts/demo/host_command.ts";
import { SystemClock } from "../../src/clock.ts";
import { createApp } from "../../src/server/app.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { routeWhy } from "../../src/server/why_routes.ts";
import type { Explainer } from "../../src/why.ts";
import { PseudoTerminal } from "../support/pseudo_terminal.ts";
import { channelStatus, databaseStatus, runnerStatus } from "../support/runner_status.ts";

/** Each way to end that a script may want to tell from the others. */
const CASES: readonly [argv: readonly string[], code: number, output: RegExp][] = [
  [["status"], 3, /: leading\n[^]*\nshop +recovering [^]*\nroot +4 /],
  [["why", "a5f69320"], 4, /^No job a5f69320 in 1 database\n$/],
  [["why"], 2, /^Cannot use "why": a job, --channel or --database is wanted\n$/],
  [["status", "--url=http://127.0.0.1:1"], 1, /^Cannot ask the job runner at .*\n$/],
  [["why", "--help"], 0, /^NAME\n {4}odoo-jobrunner why - /],
];

describe("a question from a shell", () => {
  let served: Served;

  beforeAll(async () => {
    const status = runnerStatus({
      databases: [databaseStatus("shop", "recovering")],
      channels: [channelStatus("root", { capacity: 4 })],
    });
    const app = createApp(() => status);
    const explain: Explainer["explain"] = (_, uuid) =>
      Promise.resolve({ uuid, jobs: [], asked: 1 });
    routeWhy(app, { explain } as Explainer);
    served = await serve({ app, host: "127.0.0.1", port: 0, clock: new SystemClock() });
  });
  afterAll(() => served.close());

  const environment = () => ({ ODOO_JOBRUNNER_HEALTH_PORT: String(served.port) });

  it("is answered in a terminal, and by the exit code", async () => {
    await Promise.all(CASES.map(async ([argv, code, wanted]) => {
      const options = { environment: environment() };
      const terminal = await PseudoTerminal.start([...hostCommand(), ...argv], options);

      assertEquals(await terminal.exited, code, argv.join(" "));
      assertMatch(terminal.text, wanted);
    }));
  });

  it("is answered in a pipe the same, and nowhere with what only a terminal knows", async () => {
    await Promise.all(CASES.map(async ([argv, code, wanted]) => {
      const { exitCode, output } = await pipe([...hostCommand(), ...argv]);

      assertEquals(exitCode, code, argv.join(" "));
      assertMatch(output, wanted);
      assertEquals(output.includes("\u001b"), false);
    }));
  });

  function pipe([command, ...argv]: string[]) {
    return new Promise<{ exitCode: number; output: string }>((resolve) => {
      const env = { ...withoutSettings(process.env), ...environment() };
      execFile(command!, argv, { env }, (error, stdout, stderr) => {
        resolve({ exitCode: Number(error?.code ?? 0), output: stdout + stderr });
      });
    });
  }
});
