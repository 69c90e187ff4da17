import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import type { Page } from "playwright-core";
import type { TestDatabase } from "../support/test_postgres.ts";
import { barriersOf, HAS_BROWSER } from "./browser.ts";
import { ProcessPage } from "./process_page.ts";

const MAY_RUN_TWICE = "One that is still at work, which nobody can know, may run twice.";

describe("jobs changed on the page of a running process", { ignore: !HAS_BROWSER }, () => {
  let shown: ProcessPage;
  let database: TestDatabase;
  let page: Page;

  beforeAll(async () => {
    shown = await ProcessPage.start();
  });
  beforeEach(async () => {
    database = await shown.scene.postgres.database("16.0");
    await shown.open(database, { hasToken: true });
    ({ page } = shown);
    await shown.signIn();
  });
  afterEach(() => shown.calm());
  afterAll(() => shown.stop());

  const button = (name: string) => shown.button(name);

  async function openJob(uuid: string): Promise<void> {
    await page.evaluate((place) => void (location.hash = place), `job/${database.name}/${uuid}`);
    await page.getByRole("heading", { name: `Job ${uuid}` }).waitFor();
  }

  /** Jobs that nobody runs any more, and that say they were begun yesterday. */
  async function addLost(count: number): Promise<string[]> {
    const uuids = await database.addJobs(...Array(count).fill({ state: "started" }));
    await database.sql`update queue_job
      set date_enqueued = now() - interval '1 day', date_started = now() - interval '1 day'
      where uuid in ${database.sql(uuids)}`;
    return uuids;
  }

  it("requeues a failed job, after it has said that it is one", async () => {
    const uuid = await database.addJob({ state: "failed" });
    await openJob(uuid);

    await button("Requeue").click();
    await page.getByText("1 job: set back to pending?").waitFor();
    assertEquals(await page.getByText(MAY_RUN_TWICE).count(), 0);
    assertEquals(await database.state(uuid), "failed");
    await button("Yes").click();
    await page.getByText("1 job changed.").waitFor();

    await database.untilState(uuid, "done");
    await page.getByText(/^it has been done/).waitFor();
  });

  it("requeues a job that is started, after it has warned of it", async () => {
    const [uuid] = await addLost(1);
    await openJob(uuid!);

    await button("Requeue").click();
    await page.getByText(MAY_RUN_TWICE).waitFor();
    assertEquals(await barriersOf(page), []);
    assertEquals(await database.state(uuid!), "started");
    await button("Yes").click();
    await page.getByText("1 job changed.").waitFor();

    await database.untilState(uuid!, "done");
  });

  it("requeues all that are started for longer than any job takes", async () => {
    const lost = await addLost(2);
    const atWork = await database.addJob({ state: "started" });
    await page.getByRole("combobox", { name: "Database" }).fill(database.name);
    await page.getByRole("combobox", { name: "State" }).selectOption("started");
    await button("Find").click();

    const age = page.getByLabel("Only those started for more minutes than any job takes");
    await age.waitFor();
    assertEquals(await button("Requeue").count(), 0);
    await age.fill("60");
    assertEquals(await barriersOf(page), []);
    await button("Requeue").click();
    await page.getByText("2 jobs: set back to pending?").waitFor();
    await page.getByText(MAY_RUN_TWICE).waitFor();
    await button("Yes").click();
    await page.getByText("2 jobs changed.").waitFor();

    for (const uuid of lost) await database.untilState(uuid, "done");
    assertEquals(await database.state(atWork), "started");
  });

  for (
    const [action, asked, becomes] of [
      ["Cancel", "1 job: cancel?", "cancelled"],
      ["Set done", "1 job: set to done?", "done"],
    ] as const
  ) {
    it(`makes a job ${becomes}, after it has asked`, async () => {
      const uuid = await database.addJob({ etaInMs: 3_600_000 });
      await openJob(uuid);

      await button(action).click();
      await page.getByText(asked).waitFor();
      await button("No").click();
      assertEquals(await page.getByText(asked).count(), 0);
      assertEquals(await database.state(uuid), "pending");
      await button(action).click();
      await button("Yes").click();
      await page.getByText("1 job changed.").waitFor();

      assertEquals(await database.state(uuid), becomes);
    });
  }

  it("says that a job for which others wait cannot be ended", async () => {
    const [uuid, child] = await database.addJobs(
      ...[{ state: "failed" }, { state: "wait_dependencies" }],
    );
    const dependencies = JSON.stringify({ depends_on: [], reverse_depends_on: [child] });
    await database.sql`update queue_job set dependencies = ${dependencies} where uuid = ${uuid!}`;
    await openJob(uuid!);
    const refused = page.getByText("other jobs wait for it, which only Odoo can release");

    for (const action of ["Cancel", "Set done"]) {
      await button(action).click();
      await refused.waitFor();
      assertEquals(await button("Yes").count(), 0);
      // It is said anew: that of the last action is gone once the next one asks.
      await button("Requeue").click();
      await button("No").click();
      assertEquals(await refused.count(), 0);
    }

    assertEquals(await database.state(uuid!), "failed");
  });
});
