import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import type { Page } from "playwright-core";
import { barriersOf, HAS_BROWSER } from "../browser/browser.ts";
import { ProcessPage } from "../browser/process_page.ts";
import type { TestDatabase } from "../support/test_postgres.ts";

const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(2)>`;

describe("the page of a running process", { ignore: !HAS_BROWSER }, () => {
  let shown: ProcessPage;
  let database: TestDatabase;
  let page: Page;

  beforeAll(async () => {
    shown = await ProcessPage.start();
  });
  beforeEach(async () => {
    database = await shown.scene.postgres.database("16.0");
  });
  afterEach(() => shown.calm());
  afterAll(() => shown.stop());

  async function open(hasToken: boolean): Promise<void> {
    await shown.open(database, { hasToken });
    ({ page } = shown);
  }

  it("finds a job, and says what became of it and why", async () => {
    await open(false);
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
    await open(false);
    const uuid = await database.addJob({ channel: HOSTILE, state: "failed" });
    await database.sql`
      update queue_job set exc_info = ${HOSTILE}, name = ${HOSTILE} where uuid = ${uuid}`;

    await page.goto(`${page.url()}#job/${database.name}/${uuid}`);
    await page.locator("pre.error").waitFor();

    assertEquals(await page.locator("pre.error").innerText(), HOSTILE);
    assertEquals(await page.locator("img, body script").count(), 0);
  });

  it("can change nothing without a token file, and says so", async () => {
    await open(false);
    await page.getByText("read-only", { exact: true }).waitFor();

    await page.locator('[data-row="root.mail"]').click();
    await page.getByRole("dialog").getByText("runs at once.").waitFor();
    assertEquals(await page.getByRole("button", { name: /Pause/ }).count(), 0);
  });

  describe("with a token", () => {
    const mail = () => page.locator('[data-row="root.mail"]');
    const button = (name: string) => shown.button(name);

    beforeEach(() => open(true));

    it("pauses and resumes a channel and everything, and changes a capacity", async () => {
      await mail().click();
      assertEquals(await button("Pause this channel").count(), 0);
      await page.keyboard.press("Escape");
      await shown.signIn();
      await mail().click();

      await button("Pause this channel").click();
      await button("Resume this channel").waitFor();
      await shown.host.untilLine(
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
      await shown.signIn();
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
      await shown.signIn("wrong");

      await button("Pause everything").click();

      await button("Read-only: sign in").waitFor();
      shown.browser.forgive("401");
    });
  });

  // Its job keeps the only worker of Odoo.
  it("follows a job from its coming to its end", async () => {
    await open(false);
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
