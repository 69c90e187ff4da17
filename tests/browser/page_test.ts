import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import type { FoundJob, FoundJobs } from "../../src/job_list.ts";
import type { SteerBody } from "../../src/server/steer_guard.ts";
import type { View } from "../../src/view.ts";
import type { Explainer } from "../../src/why.ts";
import { channelStatus, databaseStatus } from "../support/runner_status.ts";
import { steeringView } from "../support/shown_view.ts";
import { barriersInEveryLook, barriersOf, HAS_BROWSER, TestBrowser } from "./browser.ts";
import { PageScene, type PageSceneOptions } from "./page_scene.ts";
import { sampleScheduler, sampleUuid, sampleView } from "./sample.ts";
import { SampleExplainer } from "./sample_why.ts";

const HOSTILE = `<script>document.title="broken"</script><img src=x onerror=alert(1)>'"&`;
const NOW = 1_800_000_000_000;

describe("the page", { ignore: !HAS_BROWSER }, () => {
  let browser: TestBrowser;
  let scene: PageScene | null = null;
  let view: View;

  beforeAll(async () => {
    browser = await TestBrowser.start();
  });
  beforeEach(() => {
    view = sampleView(NOW);
  });
  afterEach(async () => {
    const served = scene;
    scene = null;
    try {
      await browser.calm();
    } finally {
      await served?.stop();
    }
    assertEquals(served?.errors ?? [], []);
  });
  afterAll(() => browser.stop());

  async function serve(options: Partial<PageSceneOptions> = {}): Promise<string> {
    scene = await PageScene.serve({ look: () => view, ...options });
    return scene.url;
  }
  const rowOf = (channel: string) => `[data-row="${channel}"]`;

  it("shows the channels with their numbers, and goes on as they change", async () => {
    const { page } = await browser.open(await serve());

    const bulk = page.locator(rowOf("root.mail.bulk"));
    assertStringIncludes(await bulk.innerText(), "12.5K waiting");
    assertStringIncludes(await bulk.innerText(), "2 of 2");
    assertStringIncludes(await page.locator(rowOf("root.export")).innerText(), "paused");
    await page.getByText("live", { exact: true }).waitFor();

    const channels = view.channels.map((it) => {
      return it.name === "root.mail.bulk" ? { ...it, waiting: 7, waitingSinceMs: null } : it;
    });
    view = { ...view, channels, nowMs: NOW + 1_000 };

    await bulk.getByText("7 waiting", { exact: true }).waitFor();
  });

  it("says what is wrong as sentences", async () => {
    const odoo = {
      ...view.odoo,
      open: false,
      reason: "connection refused",
      sinceMs: NOW - 240_000,
    };
    view = {
      ...view,
      odoo,
      steering: steeringView({
        paused: [{ what: "channel", name: "root.mail", by: "anna", sinceMs: NOW - 60_000 * 5 }],
      }, true),
    };
    const { page } = await browser.open(await serve());

    await page.getByRole("button", { name: "Read-only: sign in" }).waitFor();
    const troubles = await page.getByRole("region", { name: "What is wrong" }).innerText();
    assertStringIncludes(
      troubles,
      "Odoo at http://odoo:8069 is away for 4 min: connection refused",
    );
    assertStringIncludes(troubles, "The channel mail is paused by anna for 5 min.");
    assertStringIncludes(await page.locator(rowOf("root.mail")).innerText(), "paused by anna");
  });

  it("says how full the way of a channel is, and what a database remarks", async () => {
    const sample = new SampleExplainer(sampleScheduler(NOW), NOW);
    const why: Explainer = {
      explain: (database, uuid) => sample.explain(database, uuid),
      explainChannel: (channel) => sample.explainChannel(channel),
      explainDatabase: (database) => ({
        ...sample.explainDatabase(database),
        status: databaseStatus(database, "ready", { reason: "its trigger is missing" }),
      }),
    };
    const { page } = await browser.open(`${await serve({ why })}#channel/root.mail.bulk`);

    await page.getByText("2 of 2 places taken, 2 running, 12,480 waiting").waitFor();
    await page.evaluate(() => void (location.hash = "database/shop_de"));
    await page.getByRole("dialog").getByText("its trigger is missing").waitFor();
  });

  it("goes where it was sent while it opened", async () => {
    const why = new SampleExplainer(sampleScheduler(NOW), NOW);
    const { page } = await browser.open(await serve({ why }));
    await page.addInitScript(() => {
      const observer = new MutationObserver(() => {
        if (!document.querySelector("main")) return;
        observer.disconnect();
        location.hash = "channel/root.mail.bulk";
      });
      observer.observe(document, { childList: true, subtree: true });
    });

    await page.reload();

    await page.getByRole("dialog", { name: "Channel root.mail.bulk" }).waitFor();
  });

  it("is gone through with keys", async () => {
    const { page } = await browser.open(await serve());
    const current = () => page.evaluate(() => document.activeElement?.getAttribute("data-row"));

    await page.locator(rowOf("root")).focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowLeft"]) await page.keyboard.press(key);
    assertEquals(await current(), "root.export");
    await page.keyboard.press("ArrowLeft");
    assertEquals(await page.locator(rowOf("root.export.csv")).count(), 0);
    assertEquals(await page.locator(rowOf("root.export")).getAttribute("aria-expanded"), "false");
    await page.keyboard.press("ArrowRight");
    await page.locator(rowOf("root.export.csv")).waitFor();
    await page.keyboard.press("End");
    assertEquals(await current(), "root.stock.pickings");
  });

  it("hides what is quiet, and finds channels that it does not show", async () => {
    const scheduler = sampleScheduler(NOW);
    scheduler.configure("root:1,quiet:1,hidden.deep:1,mail:4,mail.bulk:2");
    const channels = (search: string, max: number) => scheduler.overview({ search, max });
    const quiet = { ...channelStatus("root.quiet"), parent: "root", below: 0 };
    const sums = { allWaiting: 0, allRunning: 0, allFailed: 0 };
    view = { ...view, channels: [...view.channels, { ...quiet, ...sums }], channelCount: 999 };
    const { page } = await browser.open(await serve({ finder: { channels } }));

    await page.locator(rowOf("root.quiet")).waitFor();
    await page.getByLabel("only those with jobs").check();
    await page.locator(rowOf("root.quiet")).waitFor({ state: "detached" });
    await page.getByLabel("only those with jobs").uncheck();
    await page.getByText("the fullest of 999 channels").waitFor();
    await page.getByLabel("Find a channel").fill("DEEP");
    await page.locator(rowOf("root.hidden.deep")).waitFor();
    await page.getByText("1 channel found").waitFor();
    assertEquals(await page.locator(rowOf("root.mail")).count(), 0);
  });

  it("takes no text for anything but text", async () => {
    const [root] = view.channels;
    const hostile = { ...root!, name: `root.${HOSTILE}`, parent: "root" };
    const database = databaseStatus(HOSTILE, "recovering", { reason: HOSTILE });
    view = { ...view, channels: [root!, hostile], databases: [database] };
    const names = { uuid: HOSTILE, database: HOSTILE, name: HOSTILE, error: HOSTILE };
    const found = {
      ...foundJob({ ...names, state: HOSTILE, channel: HOSTILE, method: HOSTILE }),
      ...{ problemCount: 1, problems: [{ database: HOSTILE, problem: HOSTILE }] },
    };
    const jobs = { find: () => Promise.resolve(found) };
    const { page } = await browser.open(await serve({ jobs }));
    await page.getByRole("button", { name: "Find" }).click();
    await page.locator(".found table").waitFor();

    const text = await page.locator("body").innerText();
    assert(text.split(HOSTILE).length > 8, text);
    assertEquals(await page.locator("img, body script").count(), 0);
    assertEquals(await page.title(), "Jobs");
  });

  it("changes all jobs of a search, and says before how many they are", async () => {
    const orders: SteerBody[] = [];
    const steerJobs = (body: SteerBody) => {
      orders.push(body);
      const changed = body["dryRun"] ? 0 : 12;
      return {
        did: "",
        answer: { chosen: 12, changed, refused: [], refusedCount: 0, mayRunTwice: 0 },
      };
    };
    view = { ...view, steering: { ...view.steering, enabled: true } };
    const jobs = { find: () => Promise.resolve(foundJob({ database: "shop", uuid: "a" })) };
    const { page } = await browser.open(await serve({ jobs, steerJobs }));
    const button = (name: string) => page.getByRole("button", { name, exact: true });

    await button("Read-only: sign in").click();
    await page.getByLabel("The token of --admin-token-file").fill(PageScene.TOKEN);
    await button("Sign in").click();
    await page.getByRole("combobox", { name: "Database" }).fill("shop");
    await page.getByRole("combobox", { name: "State" }).selectOption("failed");
    await button("Find").click();
    await button("Requeue").click();
    await page.getByText("12 jobs: set back to pending?").waitFor();
    assertEquals(orders.length, 1);
    await button("Yes").click();
    await page.getByText("12 jobs changed.").waitFor();

    const chosen = { action: "requeue", database: "shop", states: ["failed"] };
    assertEquals(orders, [{ ...chosen, dryRun: true }, { ...chosen, expected: 12 }]);
    assertEquals(await barriersOf(page), []);
  });

  it("works below any path", async () => {
    const { page } = await browser.open(`${await serve({ prefix: "/odoo/jobs" })}`);

    await page.getByText("live", { exact: true }).waitFor();
    await page.getByLabel("Find a channel").fill("x");
    await page.getByText("0 channels found").waitFor();
  });

  it("asks now and then where no stream can be had", async () => {
    const url = await serve();
    const watchers = Array.from({ length: 40 }, () => scene!.live.watch()!);
    const { page } = await browser.open(url);

    await page.getByText("every 3 s", { exact: true }).waitFor();

    await Promise.all(watchers.map((it) => it.cancel()));
    browser.forgive("503");
  });

  it("asks now and then where a stream says nothing, and tries it again", async () => {
    const url = await serve();
    const { page } = await browser.open("about:blank");
    await page.clock.install();
    // As behind a proxy that keeps the answer until it is whole.
    await page.route("**/events", () => {});
    await page.goto(url);
    await page.getByText("Asking the job runner …").waitFor();

    await page.clock.fastForward(14_000);
    assertEquals(await page.getByText("Asking the job runner …").count(), 1);
    await page.clock.fastForward(2_000);
    await page.getByText("every 3 s", { exact: true }).waitFor();
    assertStringIncludes(await page.locator(rowOf("root")).innerText(), "11 of 12");

    await page.unroute("**/events");
    await page.clock.fastForward(31_000);
    await page.getByText("live", { exact: true }).waitFor();
  });

  it("says when it has lost the runner, and finds it again", async () => {
    const { page } = await browser.open(await serve());
    await page.getByText("live", { exact: true }).waitFor();
    const { port } = scene!.served;

    await scene!.stop();
    await page.getByText(/^Lost the runner: heard last at \d\d:\d\d$/).waitFor();
    assertStringIncludes(await page.locator(rowOf("root")).innerText(), "11 of 12");
    const barriers = await barriersInEveryLook(page);
    await serve({ port });
    await page.getByText("live", { exact: true }).waitFor();

    assertEquals(barriers, []);
    browser.forgive("net::ERR_");
  });

  it("explains a job and a channel without barriers", async () => {
    const why = new SampleExplainer(sampleScheduler(NOW), NOW);
    const uuid = sampleUuid("mail.bulk", "pending", 700);
    const { page } = await browser.open(`${await serve({ why })}#job/shop_de/${uuid}`);

    await page.getByRole("link", { name: "show it" }).waitFor();
    assertEquals(await barriersInEveryLook(page), []);
    await page.evaluate(() => void (location.hash = "channel/root.mail.bulk"));
    await page.getByRole("heading", { name: "Channel root.mail.bulk" }).waitFor();
    await page.getByRole("link", { name: "show it" }).waitFor();
    assertEquals(await barriersInEveryLook(page), []);
  });

  it("fits a telephone", async () => {
    const { page } = await browser.open(await serve(), { viewport: { width: 360, height: 700 } });
    await page.locator(rowOf("root.mail.bulk")).waitFor();

    assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    assertEquals(await barriersOf(page), []);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no barriers when it is ${colorScheme}`, async () => {
      const { page } = await browser.open(await serve(), { colorScheme });
      await page.locator(rowOf("root.mail.bulk")).waitFor();

      assertEquals(await barriersOf(page), []);
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const [red] = ground.match(/\d+/g)!.map(Number);
      assertEquals(red! > 127, colorScheme === "light");
    });
  }
});

/** What a search finds: one job, a failed one. */
function foundJob(changes: Partial<FoundJob>): FoundJobs {
  const job = {
    ...{ database: "shop", uuid: "a", state: "failed", channel: null, priority: 10 },
    ...{ createdMs: NOW, etaMs: null, enqueuedMs: null, startedMs: null, doneMs: null },
    ...{ retry: 1, maxRetries: 5, name: null, method: null, error: null, ...changes },
  };
  return { jobs: [job], asked: 1, isCut: false, problemCount: 0, problems: [] };
}
