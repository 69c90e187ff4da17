import { assert, assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { JobNotice } from "../../src/scheduler/mod.ts";
import { Scheduler } from "../../src/scheduler/mod.ts";
import type { View } from "../../src/view.ts";
import { HAS_BROWSER, TestBrowser } from "./browser.ts";
import { PageScene } from "./page_scene.ts";
import { sampleView } from "./sample.ts";

const GROUPS = 100;
const JOBS = 1_000_000;
const NOW = 1_800_000_000_000;

describe("the page of 10,000 channels and 1,000,000 waiting jobs", { ignore: !HAS_BROWSER }, () => {
  let browser: TestBrowser;
  let scene: PageScene;
  let scheduler: Scheduler;
  let looks = 0;
  let lookedMs = 0;

  beforeAll(async () => {
    scheduler = filled();
    browser = await TestBrowser.start();
    const sample = sampleView(NOW);
    const look = (): View => {
      const begin = performance.now();
      const { channels, count: channelCount } = scheduler.overview({ max: 200 });
      const view = { ...sample, nowMs: NOW + ++looks * 1_000, channels, channelCount };
      JSON.stringify(view);
      lookedMs += performance.now() - begin;
      return view;
    };
    const channels = (search: string, max: number) => scheduler.overview({ search, max });
    scene = await PageScene.serve({ look, finder: { channels } });
  });
  afterAll(async () => {
    await browser.stop();
    await scene.stop();
  });

  it("is there soon, short enough to be read, and costs the runner little", async () => {
    const { page } = await browser.open(scene.url);
    await page.locator('[data-row="root"]').getByText("upstream: 1M waiting").waitFor();

    const paintMs = await page.evaluate(() => {
      return performance.getEntriesByName("first-contentful-paint")[0]!.startTime;
    });
    const rows = await page.locator("[role=treeitem]").count();
    assert(rows < 200, `${rows} rows`);
    await page.getByText("the fullest of 10,101 channels").waitFor();
    // Figures to read, not to judge by on a busy machine.
    const lookMs = lookedMs / looks;
    console.log(`first paint: ${paintMs.toFixed(0)} ms, a look: ${lookMs.toFixed(1)} ms`);
    await browser.calm();
  });

  it("finds one channel of them", async () => {
    const { page } = await browser.open(scene.url);

    await page.getByLabel("Find a channel").fill("g77.c42");

    await page.locator('[data-row="root.g77.c42"]').waitFor();
    assertEquals(await page.locator("[role=treeitem]").count(), 3);
    await browser.calm();
  });
});

/** Each channel has about a hundred jobs. */
function filled(): Scheduler {
  const channels = ["root:100"];
  for (let group = 0; group < GROUPS; group++) {
    channels.push(`g${group}:10`);
    for (let channel = 0; channel < 100; channel++) channels.push(`g${group}.c${channel}:2`);
  }
  const scheduler = Scheduler.create(channels.join(","));
  const job: { -readonly [K in keyof JobNotice]: JobNotice[K] } = {
    ...{ database: "shop", uuid: "", channel: null, sequence: 0, createdMs: 0 },
    ...{ priority: 10, etaMs: null, state: "pending" },
  };
  for (let number = 0; number < JOBS; number++) {
    const tail = number.toString(16).padStart(12, "0");
    job.uuid = `00000000-0000-4000-8000-${tail}`;
    job.channel = `g${number % GROUPS}.c${Math.floor(number / GROUPS) % 100}`;
    job.sequence = number;
    job.createdMs = NOW - JOBS + number;
    scheduler.notify(job);
  }
  return scheduler;
}
