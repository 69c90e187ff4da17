import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCommand } from "../../src/cli/command.ts";
import { MeasuredRunner } from "../../src/metrics/measured_runner.ts";
import { Recorder } from "../../src/metrics/recorder.ts";
import { createApp } from "../../src/server/app.ts";
import { LiveView } from "../../src/server/live_view.ts";
import { routePage } from "../../src/server/page_routes.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { routeView } from "../../src/server/view_routes.ts";
import { routeWhy } from "../../src/server/why_routes.ts";
import type { JobsWhy, JobWhy, ToldReason } from "../../src/why.ts";
import type { Tab, TestBrowser } from "../browser/browser.ts";
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
  #tab: Tab | null = null;

  private constructor(
    readonly test: TestRunner,
    readonly server: Served,
    readonly live: LiveView,
    /** Where there is one, the page is asked as well. */
    readonly browser: TestBrowser | null,
  ) {}

  static async serve(test: TestRunner, browser: TestBrowser | null = null): Promise<AskedRunner> {
    const { clock, runner } = test;
    const measured = new MeasuredRunner({ runner, recorder: new Recorder(), clock });
    const look = () => {
      const view = measured.view();
      return { ...view, steering: { ...view.steering, enabled: false } };
    };
    const live = new LiveView({ look, clock, reportError: () => {} });
    const app = createApp(() => runner.status);
    routePage(app);
    routeView(app, live, runner.overview);
    routeWhy(app, runner.why);
    const server = await serve({ app, host: "127.0.0.1", port: 0, clock });
    return new AskedRunner(test, server, live, browser);
  }

  async stop(): Promise<void> {
    await this.browser?.calm();
    this.live.stop();
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
    for (const it of reasons) assertStringIncludes(output, timeless(it));
    for (const it of path) assertStringIncludes(output, it.name);
    if (this.browser) await this.#askPage(name, uuid, reasons.map(timeless), path);
  }

  async #askPage(
    database: string,
    uuid: string,
    texts: readonly string[],
    path: JobWhy["path"],
  ): Promise<void> {
    const url = `http://127.0.0.1:${this.server.port}/`;
    this.#tab ??= await this.browser!.open(url);
    const { page } = this.#tab;
    const place = ["job", database, uuid].map(encodeURIComponent).join("/");
    await page.evaluate((it) => void (location.hash = it), place);
    const card = page.getByRole("dialog", { name: `Job ${uuid}` });
    for (const text of texts) await card.locator(".answer").getByText(text).waitFor();
    const names = await card.locator(".path a").allInnerTexts();
    assertEquals(names, path.map((it) => it.name));
  }
}

function timeless({ text }: ToldReason): string {
  return text.replace(/(, in| for) .*/, "");
}

function codeOf({ kind }: ToldReason): number {
  if (kind === "missing") return 4;
  if (kind === "unreadable") return 1;
  return ["runs", "over", "inHands"].includes(kind) ? 0 : 3;
}
