import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import type { Page } from "playwright-core";
import type { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import type { Steering } from "../../src/runner/steering.ts";
import { barriersOf, HAS_BROWSER, TestBrowser } from "./browser.ts";
import { MadeUpRunner } from "./made_up_runner.ts";
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

  beforeAll(async () => {
    browser = await TestBrowser.start();
  });
  beforeEach(async () => {
    const channels = ["root:9", ...NAMES.map((it) => `${it}:2:paused`)].join();
    const runner = new MadeUpRunner({ channels, databases: NAMES });
    ({ scheduler, steering } = runner);
    scene = await runner.serve();
  });
  afterEach(async () => {
    try {
      await browser.calm();
    } finally {
      await scene.stop();
    }
    assertEquals(scene.errors, []);
  });
  afterAll(() => browser.stop());

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
    await card().getByText(`channel root.${first} is paused by the settings`).waitFor();
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
