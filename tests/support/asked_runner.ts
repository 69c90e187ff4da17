import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Locator } from "playwright-core";
import { runCommand } from "../../src/cli/command.ts";
import { MeasuredRunner } from "../../src/metrics/measured_runner.ts";
import { Recorder } from "../../src/metrics/recorder.ts";
import { addressOf, type Place } from "../../src/page/place.ts";
import type { KnownJob, PathChannel } from "../../src/scheduler/mod.ts";
import { createApp } from "../../src/server/app.ts";
import { LiveView } from "../../src/server/live_view.ts";
import { routePage } from "../../src/server/page_routes.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { routeView } from "../../src/server/view_routes.ts";
import { routeWhy } from "../../src/server/why_routes.ts";
import type { ChannelWhy, DatabaseWhy, JobsWhy, JobWhy, ToldReason } from "../../src/why.ts";
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
  /** For a database that is not served. */
  #hasAskedForOthers = false;

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
    // What is not there has an answer, which a browser takes for a failure.
    if (this.#hasAskedForOthers) this.browser?.forgive("404");
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
   * Asks until the reasons are these, as a row is heard of a moment after it is there; then server,
   * command line and page must have the same answer.
   */
  async untilWhy(database: TestDatabase, uuid: string, ...kinds: Kind[]): Promise<JobWhy> {
    const { name } = database;
    const why = await untilKinds(`job ${uuid}`, kinds, () => this.why(database, uuid));
    const card = await this.#askOtherwise(why, {
      question: { uuid, database: name },
      argv: [uuid, `--database=${name}`],
      place: ["job", name, uuid],
      title: `Job ${uuid}`,
      code: jobCodeOf(why.reasons[0]!),
    });
    if (card) {
      const links = card.locator(".answer a");
      const hrefs = await links.evaluateAll((all) => all.map((it) => it.getAttribute("href")));
      assertEquals(hrefs, why.reasons.flatMap((it) => linkedJobs(it, name)).map(addressOf));
    }
    return why;
  }

  /** The same of a job that came to a channel; without kinds, it would run at once. */
  async untilChannelWhy(channel: string, ...kinds: Kind[]): Promise<ChannelWhy> {
    const { why } = this.test.runner;
    const told = await untilKinds(`channel ${channel}`, kinds, () => why.explainChannel(channel)!);
    const card = await this.#askOtherwise(told, {
      question: { channel },
      argv: [`--channel=${channel}`],
      place: ["channel", channel],
      title: `Channel ${channel}`,
      code: kinds.length === 0 ? 0 : 3,
    });
    if (card) {
      const running = await card.locator(".history a").allInnerTexts();
      assertEquals(running, told.running.map((it) => it.uuid));
      const changes = await card.locator(".change").allInnerTexts();
      assertEquals(changes, told.changes.map((it) => `${it.text}.`));
    }
    return told;
  }

  /** The same of a database. */
  async untilDatabaseWhy(
    { name }: Pick<TestDatabase, "name">,
    ...kinds: Kind[]
  ): Promise<DatabaseWhy> {
    const { why } = this.test.runner;
    const told = await untilKinds(`database ${name}`, kinds, () => why.explainDatabase(name));
    if (told.status === null) this.#hasAskedForOthers = true;
    const card = await this.#askOtherwise(told, {
      question: { database: name },
      argv: [`--database=${name}`],
      place: ["database", name],
      title: `Database ${name}`,
      code: told.status === null ? 4 : kinds.length === 0 ? 0 : 3,
    });
    if (card) assertEquals(await card.locator(".facts").count(), told.status === null ? 0 : 1);
    return told;
  }

  async #askOtherwise(why: Told, asked: Asked): Promise<Locator | null> {
    const { reasons, path = [] } = why;
    const question = new URLSearchParams(asked.question);
    const response = await fetch(`${this.#url}why?${question}`);
    const answer = await response.json() as JobsWhy | Told;
    const answers = "jobs" in answer ? answer.jobs : [answer];
    assertEquals(answers.map(kindsOf), [kindsOf(why)]);
    const { code, output } = await this.command("why", ...asked.argv);
    assertEquals(code, asked.code, output);
    // Times go on.
    for (const it of reasons) assertStringIncludes(output, timeless(it));
    for (const it of path) assertStringIncludes(output, it.name);
    return this.browser && await this.#askPage(reasons.map(timeless), path, asked);
  }

  /** Answers the card. */
  async #askPage(
    texts: readonly string[],
    path: readonly PathChannel[],
    { place, title }: Asked,
  ): Promise<Locator> {
    this.#tab ??= await this.browser!.open(this.#url);
    const { page } = this.#tab;
    const address = place.map(encodeURIComponent).join("/");
    // Also where it has asked that before.
    await page.evaluate((it) => {
      location.hash = "";
      location.hash = it;
    }, address);
    const card = page.getByRole("dialog", { name: title, exact: true });
    await card.locator(".answer").waitFor();
    for (const text of texts) {
      await card.locator(".answer").getByText(text).waitFor().catch(async (cause) => {
        const said = await card.locator(".answer").innerText();
        throw new Error(`The page does not say "${text}", but: ${said}`, { cause });
      });
    }
    assertEquals(await card.locator("ul.answer > li").count(), texts.length);
    const names = await card.locator(".path a").allInnerTexts();
    assertEquals(names, path.map((it) => it.name));
    return card;
  }

  get #url(): string {
    return `http://127.0.0.1:${this.server.port}/`;
  }
}

type Kind = ToldReason["kind"];

/** What every answer has, and the way that most have. */
interface Told {
  readonly answer: string;
  readonly reasons: readonly ToldReason[];
  readonly path?: readonly PathChannel[];
}

/** A question in all its forms. */
interface Asked {
  readonly question: Record<string, string>;
  readonly argv: readonly string[];
  readonly place: readonly string[];
  readonly title: string;
  /** Of the command. */
  readonly code: number;
}

async function untilKinds<T extends Told>(
  what: string,
  kinds: readonly Kind[],
  ask: () => T | Promise<T>,
): Promise<T> {
  let seen: T | undefined;
  try {
    await until(`${kinds.join() || "nothing"} holds ${what} back`, async () => {
      seen = await ask();
      return String(kindsOf(seen)) === String(kinds);
    });
  } catch (error) {
    throw new Error(`${(error as Error).message}, but: ${seen?.answer}`, { cause: error });
  }
  return seen!;
}

/** The jobs that a reason names. */
function linkedJobs(reason: ToldReason, database: string): Place[] {
  const jobsOf = (): readonly KnownJob[] => {
    if (reason.kind === "full") return reason.running ?? [];
    if (reason.kind === "dependencies") return reason.parents.map((it) => ({ ...it, database }));
    return "first" in reason && reason.first ? [reason.first] : [];
  };
  return jobsOf().map(({ database, uuid }) => ({ kind: "job", database, uuid }));
}

function timeless({ text }: ToldReason): string {
  return text.replace(/(, in| for) .*/, "");
}

function jobCodeOf({ kind }: ToldReason): number {
  if (kind === "missing") return 4;
  if (kind === "unreadable") return 1;
  return ["runs", "over", "inHands"].includes(kind) ? 0 : 3;
}
