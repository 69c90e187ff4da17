import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import type { Page } from "playwright-core";
import { SystemClock } from "../../src/clock.ts";
import { defaultConnection } from "../../src/database/connection.ts";
import { Explanations, type ExplanationsOptions } from "../../src/runner/explanations.ts";
import { JobHistory } from "../../src/runner/job_history.ts";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { OpenReads } from "../../src/runner/open_reads.ts";
import { RunnerOverview } from "../../src/runner/runner_overview.ts";
import type { Served } from "../../src/runner/served_databases.ts";
import { Steering } from "../../src/runner/steering.ts";
import type { OverviewFinder, View } from "../../src/view.ts";
import { databaseStatus, runnerStatus } from "../support/runner_status.ts";
import { shownView } from "../support/shown_view.ts";
import { barriersOf, HAS_BROWSER, TestBrowser } from "./browser.ts";
import { PageScene } from "./page_scene.ts";

/** More of each than the page shows. */
const MANY = 250;
const NAMES = Array.from({ length: MANY }, (_, index) => `n${1_000 + index}`);
const LAST = NAMES.at(-1)!;

describe("the page of much that operators have changed", { ignore: !HAS_BROWSER }, () => {
  let browser: TestBrowser;
  let scene: PageScene;
  let scheduler: LiveScheduler;
  let steering: Steering;
  let page: Page;

  beforeEach(async () => {
    const clock = new SystemClock();
    scheduler = new LiveScheduler(["root:9", ...NAMES.map((it) => `${it}:2:paused`)].join(), () => {
    }, { clock });
    steering = new Steering({
      ...{ clock, scheduler, onDatabase: () => {}, onMore: () => {} },
      isServed: (name) => NAMES.includes(name),
    });
    const served = new Map(NAMES.map((name) => [name, servedOf(name, steering)]));
    const overview = new RunnerOverview(() => ({
      ...{ ...runnerStatus(), nowMs: clock.nowMs(), steering: steering.status, scheduler },
      served: [...served.values()],
    }));
    const requests = {
      allowance: 9,
      status: runnerStatus().odoo,
    } as ExplanationsOptions["requests"];
    const why = new Explanations({
      ...{ clock, connection: defaultConnection({}), reads: new OpenReads(), scheduler, requests },
      ...{ history: new JobHistory(() => 0), steering, phase: () => "running" },
      ...{ isReading: () => false, served: (name) => served.get(name), databases: () => NAMES },
    });
    const { lastHour } = shownView();
    const look = (): View => {
      const { view } = overview;
      return { ...view, lastHour, steering: { ...view.steering, enabled: true } };
    };
    const finder: OverviewFinder = {
      channels: (search, max) => overview.channels(search, max),
      databases: (search, max) => overview.databases(search, max),
    };
    scene = await PageScene.serve({ look, finder, why, steering });
    browser = await TestBrowser.start();
  });
  afterEach(async () => {
    try {
      await browser.calm();
    } finally {
      await browser.stop();
      await scene.stop();
    }
    assertEquals(scene.errors, []);
  });

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const card = () => page.getByRole("dialog");

  async function signIn(): Promise<void> {
    ({ page } = await browser.open(scene.url));
    await button("Read-only: sign in").click();
    await page.getByLabel("The token of --admin-token-file").fill(PageScene.TOKEN);
    await page.getByLabel("Your name, for the log").fill("ben");
    await button("Sign in").click();
  }

  it("says how many more databases are paused, and finds and resumes each of them", async () => {
    for (const name of NAMES) steering.pause({ what: "database", name }, "anna");

    await signIn();
    await page.getByText("240 more are paused: find them below by their name.").waitFor();
    await page.getByText("and 50 more: find them by their name").waitFor();
    await page.getByLabel("Find a database").fill(LAST.toUpperCase());
    await page.getByText("1 database found").waitFor();
    await page.getByRole("link", { name: LAST }).click();
    await card().getByText(`database ${LAST} is paused by anna since`).waitFor();
    await button("Resume this database").click();
    await card().getByText("Nothing holds its jobs back.").waitFor();

    assertEquals(steering.reasonFor(LAST), null);
    await button("Pause this database").click();
    await card().getByText(`database ${LAST} is paused by ben since`).waitFor();
    assertEquals(steering.status.paused.length, MANY);
    assertEquals(await barriersOf(page), []);
  });

  it("finds each capacity that was changed, and takes it back", async () => {
    for (const name of NAMES) steering.changeCapacity(name, 7, "anna");

    await signIn();
    await page.getByLabel("Find a channel").fill(LAST);
    await page.locator(`[data-row="root.${LAST}"]`).click();
    await card().getByText(/^its capacity is 7 by anna since .*, and 2 by the settings\.$/)
      .waitFor();
    await button("As configured").click();
    await button("As configured").waitFor({ state: "detached" });

    assertEquals(scheduler.channel(LAST)?.capacity, 2);
  });

  it("says of a channel who has resumed it, and that the settings pause it", async () => {
    const [first] = NAMES;
    const row = () => page.locator(`[data-row="root.${first}"]`);

    await signIn();
    await page.getByLabel("Find a channel").fill(first!);
    await page.getByText("1 channel found").waitFor();
    await row().click();
    await card().getByText(`channel root.${first} is paused`, { exact: true }).waitFor();
    await button("Resume this channel").click();
    await card().getByText(/^it is resumed by ben since .*, and paused by the settings\.$/)
      .waitFor();
    await page.keyboard.press("Escape");
    await row().getByText("resumed by ben, paused by the settings").waitFor();
    assertEquals(scheduler.channel(first!)?.paused, false);

    steering.pause({ what: "channel", name: first! }, "anna");
    await row().getByText("paused by anna").waitFor();
  });
});

/** A database that is well, unless an operator has paused it. */
function servedOf(name: string, steering: Steering): Served {
  const nothing = { stranded: { count: 0, oldest: [] }, suspectedDead: { count: 0, oldest: [] } };
  const isPaused = () => steering.reasonFor(name) !== null;
  return {
    link: {
      get status() {
        return databaseStatus(name, isPaused() ? "paused" : "ready", {
          reason: steering.reasonFor(name),
        });
      },
    },
    turn: {
      get phase() {
        return isPaused() ? "paused" : "ready";
      },
      inFlight: { all: () => [], counts: () => runnerStatus().inFlight, size: 0 },
      ...{ failedCounts: new Map(), stuck: nothing },
    },
  } as unknown as Served;
}
