import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCommand } from "../../src/cli/command.ts";
import { createApp } from "../../src/server/app.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { routeWhy } from "../../src/server/why_routes.ts";
import type { JobsWhy, JobWhy, ToldReason } from "../../src/why.ts";
import { fakeMachine } from "../config/fake_machine.ts";
import type { TestDatabase } from "./test_postgres.ts";
import type { TestRunner } from "./test_runner.ts";
import { until } from "./until.ts";

/** What reasons are about, in their order. */
export function kindsOf({ reasons }: { readonly reasons: readonly ToldReason[] }): string[] {
  return reasons.map((it) => it.kind);
}

/** A runner with the server of its process, asked in all ways why jobs do not run. */
export class AskedRunner {
  private constructor(readonly test: TestRunner, readonly server: Served) {}

  static async serve(test: TestRunner): Promise<AskedRunner> {
    const app = createApp(() => test.runner.status);
    routeWhy(app, test.runner.why);
    const { clock } = test;
    return new AskedRunner(test, await serve({ app, host: "127.0.0.1", port: 0, clock }));
  }

  async stop(): Promise<void> {
    await this.server.close();
    await this.test.stop();
  }

  /** What the command line says, as it stands in a terminal. */
  async command(...argv: string[]): Promise<{ code: number; output: string }> {
    let output = "";
    const machine = fakeMachine({ argv: [...argv, `--health-port=${this.server.port}`] });
    const write = (text: string) => void (output += text);
    const code = await runCommand(machine, "1.2.3", { write, writeError: write });
    return { code: code as number, output };
  }

  async why({ name }: TestDatabase, uuid: string): Promise<JobWhy> {
    const { jobs } = await this.test.runner.why.explain(name, uuid);
    assertEquals(jobs.length, 1);
    return jobs[0]!;
  }

  /**
   * Asks until the reasons are these, as a row is heard of a moment after it is there; then server
   * and command line must have the same answer.
   */
  async untilWhy(
    database: TestDatabase,
    uuid: string,
    ...kinds: ToldReason["kind"][]
  ): Promise<JobWhy> {
    let seen: JobWhy | undefined;
    try {
      await until(`${kinds} hold job ${uuid} back`, async () => {
        seen = await this.why(database, uuid);
        return String(kindsOf(seen)) === String(kinds);
      });
    } catch (error) {
      throw new Error(`${(error as Error).message}, but: ${seen?.answer}`, { cause: error });
    }
    await this.#askOtherwise(database, seen!);
    return seen!;
  }

  async #askOtherwise({ name }: TestDatabase, { uuid, reasons, path }: JobWhy): Promise<void> {
    const question = new URLSearchParams({ uuid, database: name });
    const response = await fetch(`http://127.0.0.1:${this.server.port}/why?${question}`);
    const { jobs } = await response.json() as JobsWhy;
    assertEquals(jobs.map(kindsOf), [kindsOf({ reasons })]);
    const { code, output } = await this.command("why", uuid, `--database=${name}`);
    assertEquals(code, codeOf(reasons[0]!));
    // Times go on.
    for (const { text } of reasons) {
      assertStringIncludes(output, text.replace(/(, in| for) .*/, ""));
    }
    for (const it of path) assertStringIncludes(output, it.name);
  }
}

function codeOf({ kind }: ToldReason): number {
  if (kind === "missing") return 4;
  if (kind === "unreadable") return 1;
  return ["runs", "over", "inHands"].includes(kind) ? 0 : 3;
}
