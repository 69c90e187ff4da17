import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { SystemClock } from "../../src/clock.ts";
import type { ConnectionSettings } from "../../src/database/connection.ts";
import { ensureTrigger } from "../../src/database/trigger.ts";
import { LedDatabase } from "../support/led_database.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

describe("ensureTrigger", () => {
  const clock = new SystemClock();
  let server: TestPostgres;
  let odoo: TestDatabase;
  let ours: LedDatabase;

  beforeAll(async () => void (server = await TestPostgres.start()));
  afterEach(() => ours?.session.end());
  afterAll(async () => {
    await server.stop();
    assertEquals(clock.openTimers, 0);
  });

  async function lead(connection: ConnectionSettings = server.connection): Promise<void> {
    ours = await LedDatabase.open(odoo, connection, clock);
  }

  async function triggers(): Promise<Record<string, unknown>[]> {
    const rows = await odoo.sql`
      select oid::int, tgname as name, tgenabled as enabled from pg_trigger
      where tgrelid = 'queue_job'::regclass and not tgisinternal order by oid`;
    return [...rows];
  }

  /**
   * What is heard of one job that comes, changes and goes, and of one that goes when it is done.
   */
  async function wantEveryChange(channel: string): Promise<void> {
    await ours.session.run(`listen ${channel}`);
    const [uuid, done] = await odoo.addJobs({}, { state: "done" });
    await odoo.sql`update queue_job set priority = 5 where uuid = ${uuid!}`;
    await odoo.sql`delete from queue_job`;
    await odoo.sql.notify(channel, "end");
    await until("all is heard", () => ours.heard.at(-1) === "end");
    assertEquals(ours.heard, [uuid!, done!, uuid!, uuid!, "end"]);
  }

  for (const generation of ["8.0", "10.0"]) {
    it(`makes the trigger of ${generation}`, async () => {
      odoo = await server.database(generation);
      await lead();
      assertEquals(await triggers(), []);

      assertEquals(await ensureTrigger(ours.session, ours.generation), null);

      assertEquals((await triggers()).map((it) => it["name"]), ["queue_job_notify"]);
      await wantEveryChange(ours.generation.notifyChannel);
    });
  }

  it("leaves a trigger that is right", async () => {
    odoo = await server.database("10.0");
    await lead();
    await ensureTrigger(ours.session, ours.generation);
    const before = await triggers();

    assertEquals(await ensureTrigger(ours.session, ours.generation), null);

    assertEquals(await triggers(), before);
  });

  for (const generation of ["12.0", "16.0-2025"]) {
    it(`is content with the trigger of ${generation}'s add-on`, async () => {
      odoo = await server.database(generation);
      await lead();

      assertEquals(await ensureTrigger(ours.session, ours.generation), null);

      await wantEveryChange("queue_job");
    });
  }

  it("repairs a trigger that notifies the channel of an older Odoo", async () => {
    odoo = await server.database("9.0");
    await lead();
    await ensureTrigger(ours.session, ours.generation);
    await ours.session.end();
    await odoo.sql`update ir_module_module set name = 'queue_job', latest_version = '10.0.1.0'
      where name = 'connector'`;
    await lead();
    assertEquals(ours.generation.name, "queue_job 10.0");

    assertEquals(await ensureTrigger(ours.session, ours.generation), null);

    await wantEveryChange("queue_job");
  });

  it("repairs a trigger that is disabled", async () => {
    odoo = await server.database("11.0");
    await lead();
    await ensureTrigger(ours.session, ours.generation);
    await odoo.sql`alter table queue_job disable trigger queue_job_notify`;

    assertEquals(await ensureTrigger(ours.session, ours.generation), null);

    await wantEveryChange("queue_job");
  });

  it("complains about a trigger that is the add-on's to repair, and leaves it", async () => {
    odoo = await server.database("16.0");
    await odoo.sql`alter table queue_job disable trigger queue_job_notify`;
    await lead();

    const complaint = await ensureTrigger(ours.session, ours.generation);

    assertMatch(complaint ?? "", /no enabled trigger .* "queue_job" .*odoo -u queue_job$/);
    assertEquals((await triggers()).map((it) => it["enabled"]), ["D"]);
  });

  it("says what to do when the role may not make the trigger", async () => {
    odoo = await server.database("10.0");
    const role = await server.role();
    await odoo.sql.unsafe(`grant select, update on all tables in schema public to ${role.user}`);
    await lead(role);

    const complaint = await ensureTrigger(ours.session, ours.generation);

    assertMatch(complaint ?? "", /^cannot make the trigger queue_job_notify \(permission denied/);
    assertEquals(ours.session.isOpen, true);
    assertEquals(await triggers(), []);
  });
});
