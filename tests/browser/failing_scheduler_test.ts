import { assertEquals, assertThrows } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { Scheduler, SchedulerError, TableFullError } from "../../src/scheduler/mod.ts";
import { HAS_BROWSER, TestBrowser } from "./browser.ts";
import { MadeUpRunner } from "./made_up_runner.ts";
import type { PageScene } from "./page_scene.ts";

const JOB = {
  ...{ database: "shop", uuid: "a", channel: "mail", sequence: 1, createdMs: 0, priority: 10 },
  ...{ etaMs: null, state: "pending" },
};

describe("the page of a runner whose scheduler fails", { ignore: !HAS_BROWSER }, () => {
  let browser: TestBrowser;
  let runner: MadeUpRunner;
  let scene: PageScene;

  beforeAll(async () => {
    browser = await TestBrowser.start();
  });
  afterEach(async () => {
    try {
      await browser.calm();
    } finally {
      runner.stop();
      await scene.stop();
    }
    assertEquals(scene.errors, []);
  });
  afterAll(() => browser.stop());

  /** Refuses each job in this way, and is the only one that can be made. */
  async function serve(refuse: () => never): Promise<void> {
    let isMade = false;
    const createScheduler = (channels: string) => {
      if (isMade) throw new Error("no memory left");
      isMade = true;
      return Object.defineProperty(Scheduler.create(channels), "notify", { value: refuse });
    };
    const databases = ["shop"];
    runner = new MadeUpRunner({ channels: "root:4,mail:2", databases, createScheduler });
    scene = await runner.serve();
  }

  /** Each answer is given by the page, and for scripts. */
  async function untilSaid(text: string): Promise<void> {
    const { page } = await browser.open(`${scene.url}#channel/root.mail`);
    await page.getByRole("dialog", { name: "Channel root.mail" }).getByText(text).waitFor();
    await page.goto(`${scene.url}#database/shop`);
    await page.getByRole("dialog", { name: "Database shop" }).getByText(text).waitFor();
    for (const question of ["channel=mail", "database=shop"]) {
      const { reasons } = await (await fetch(`${scene.url}why?${question}`)).json();
      assertEquals([reasons.length, reasons[0].text.includes(text)], [1, true], question);
    }
  }

  it("says that it is broken, and waits to be made anew", async () => {
    await serve(() => {
      throw new SchedulerError("broken on purpose");
    });
    runner.scheduler.notify(JOB);

    await untilSaid("the scheduler waits to be made anew: ");
  });

  it("says that it has no room for more jobs", async () => {
    await serve(() => {
      throw new TableFullError("no room");
    });
    assertThrows(() => runner.scheduler.notify(JOB), TableFullError);

    await untilSaid("the scheduler has no room for more jobs: jobs of shop wait until");
  });
});
