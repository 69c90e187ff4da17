import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import type { Page } from "playwright-core";
import type { HostProcess } from "../support/host_process.ts";
import { ProcessScene } from "../support/process_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import { barriersOf, HAS_BROWSER, TestBrowser } from "./browser.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(2)>`;

describe("the page of a running process", { ignore: !HAS_BROWSER }, () => {
  let browser: TestBrowser;
  let scene: ProcessScene;
  let database: TestDatabase;
  let host: HostProcess;
  let page: Page;

  beforeAll(async () => {
    [browser, scene] = await Promise.all([TestBrowser.start(), ProcessScene.start()]);
  });
  beforeEach(async () => {
    database = await scene.postgres.database("16.0");
    await run();
  });

  async function run(...args: readonly string[]): Promise<void> {
    host = await scene.serve(database, { args, mayWrite: false });
    const [, url] = await host.untilLine(/health server: (http:\/\/127\.0\.0\.1:\d+)\/status/);
    await host.untilLine(/database connections ready/);
    page = (await browser.open(`${url}/`)).page;
  }
  afterEach(async () => {
    await browser.calm();
    await scene.calm();
  });
  afterAll(async () => {
    await browser.stop();
    await scene.stop();
  });

  it("finds a job, and says what became of it and why", async () => {
    const done = await database.addJob({ channel: "mail" });
    await database.untilState(done, "done");

    await page.getByRole("textbox", { name: "Uuid" }).fill(done);
    await page.getByRole("button", { name: "Find" }).click();
    await page.locator(".found table a").click();
    const card = page.getByRole("dialog");
    await card.getByText(/^it has been done/).waitFor();
    await card.getByText("Seen by this runner").waitFor();
    assertStringIncludes(await card.innerText(), "mail");
    assertEquals(await barriersOf(page), []);

    await page.keyboard.press("Escape");
    await card.waitFor({ state: "detached" });
    await page.locator('[data-row="root.mail"]').click();
    await card.getByText("runs at once.").waitFor();
  });

  it("shows what went wrong as text, whatever it is", async () => {
    const uuid = await database.addJob({ channel: HOSTILE, state: "failed" });
    await database.sql`
      update queue_job set exc_info = ${HOSTILE}, name = ${HOSTILE} where uuid = ${uuid}`;

    await page.goto(`${page.url()}#job/${database.name}/${uuid}`);
    await page.locator("pre.error").waitFor();

    assertEquals(await page.locator("pre.error").innerText(), HOSTILE);
    assertEquals(await page.locator("img, body script").count(), 0);
  });

  it("can change nothing without a token file, and says so", async () => {
    await page.getByText("read-only", { exact: true }).waitFor();

    await page.locator('[data-row="root.mail"]').click();
    await page.getByRole("dialog").getByText("runs at once.").waitFor();
    assertEquals(await page.getByRole("button", { name: /Pause/ }).count(), 0);
  });

  describe("with a token", () => {
    let folder: string;
    const mail = () => page.locator('[data-row="root.mail"]');
    const button = (name: string) => page.getByRole("button", { name, exact: true });

    beforeEach(async () => {
      await browser.calm();
      await scene.calm();
      folder = mkdtempSync(join(tmpdir(), "jobrunner-token-"));
      writeFileSync(join(folder, "token"), TOKEN, { mode: 0o600 });
      await run("--admin-token-file", join(folder, "token"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    async function signIn(token: string): Promise<void> {
      await button("Read-only: sign in").click();
      await page.getByLabel("The token of --admin-token-file").fill(token);
      await page.getByLabel("Your name, for the log").fill("Anna");
      await button("Sign in").click();
    }

    it("pauses and resumes a channel and everything, and changes a capacity", async () => {
      await mail().click();
      assertEquals(await button("Pause this channel").count(), 0);
      await page.keyboard.press("Escape");
      await signIn(TOKEN);
      await mail().click();

      await button("Pause this channel").click();
      await button("Resume this channel").waitFor();
      await host.untilLine(
        / WARNING .*steering: paused channel root\.mail, by Anna from 127\.0\.0\.1/,
      );
      const waiting = await database.addJob({ channel: "mail" });
      await mail().getByText("1 waiting").waitFor();
      await page.getByLabel("Capacity until the next start").fill("7");
      await button("Change").click();
      await mail().getByText("0 of 7").waitFor();
      await button("As configured").click();
      await mail().getByText("0 of 1").waitFor();
      await button("Resume this channel").click();
      await database.untilState(waiting, "done");
      await page.keyboard.press("Escape");

      await button("Pause everything").click();
      await page.getByText(/^Everything is paused by Anna/).waitFor();
      await button("Resume everything").click();
      await button("Pause everything").waitFor();
      assertEquals(await barriersOf(page), []);
    });

    it("says of a job who has paused everything, its channel and its database", async () => {
      const goTo = (place: string) => page.evaluate((it) => void (location.hash = it), place);
      const isRead = (what: string) =>
        page.getByRole("dialog").getByText(`${what} is paused by Anna since 20`).waitFor();
      await signIn(TOKEN);
      await button("Pause everything").click();
      await button("Resume everything").waitFor();
      const uuid = await database.addJob({ channel: "mail" });
      await mail().getByText("1 waiting").waitFor();

      await goTo("channel/root.mail");
      await button("Pause this channel").click();
      await button("Resume this channel").waitFor();
      await goTo(`job/${database.name}/${uuid}`);
      await isRead("everything");
      await isRead("channel root.mail");

      // Of a paused database no job is known to wait.
      await goTo(`database/${database.name}`);
      await button("Pause this database").click();
      await button("Resume this database").waitFor();
      await goTo(`job/${database.name}/${uuid}`);
      await isRead(`database ${database.name}`);
    });

    it("does nothing with a wrong one, and forgets it", async () => {
      await signIn("wrong");

      await button("Pause everything").click();

      await button("Read-only: sign in").waitFor();
      browser.forgive("401");
    });
  });

  // Its job keeps the only worker of Odoo.
  it("follows a job from its coming to its end", async () => {
    await page.getByText("live", { exact: true }).waitFor();
    const mail = page.locator('[data-row="root.mail"]');
    assertStringIncludes(await mail.innerText(), "0 of 1");

    const plan = { workMs: 60_000 };
    const [, second] = await database.addJobs({ channel: "mail", plan }, { channel: "mail" });
    await mail.getByText("1 of 1").waitFor();
    await mail.getByText("1 waiting").waitFor();
    await database.sql`delete from queue_job where uuid = ${second!}`;

    await mail.getByText("1 waiting").waitFor({ state: "detached" });
  });
});
