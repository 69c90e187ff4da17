import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { SystemClock } from "../../src/clock.ts";
import type { ConnectionSettings } from "../../src/database/connection.ts";
import { LedDatabase } from "../support/led_database.ts";
import { LogLines } from "../support/log_lines.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";

describe("tellOldWorkers", () => {
  const clock = new SystemClock();
  let server: TestPostgres;
  let odoo: TestDatabase;
  let ours: LedDatabase;
  let log: LogLines;

  beforeAll(async () => void (server = await TestPostgres.start()));
  afterEach(() => ours?.session.end());
  afterAll(async () => {
    await server.stop();
    assertEquals(clock.openTimers, 0);
  });

  /** An Odoo whose cron and workers are as 8.0 leaves them, unless a test changes it. */
  async function database(generation = "8.0"): Promise<void> {
    odoo = await server.database(generation);
    await odoo.sql.unsafe(`
      create table ir_cron (id serial primary key, name varchar, active boolean);
      insert into ir_cron (name, active) values ('Enqueue Jobs', false), ('Other', true);
      create table if not exists queue_worker (
        id serial primary key, uuid varchar, pid varchar, date_alive timestamp);
      insert into queue_worker (uuid, pid, date_alive)
        values ('gone', '7', now() at time zone 'utc' - interval '10 minutes');`);
  }

  async function tell(connection: ConnectionSettings = server.connection): Promise<void> {
    log = new LogLines();
    ours = await LedDatabase.open(odoo, connection, clock);
    const { database, session, generation } = ours;
    const logger = log.logger("test");
    await database.tellOldWorkers(session, generation, logger);
    await database.tellOldWorkers(session, generation, logger);
  }

  it("says nothing while cron and workers are off", async () => {
    await database();

    await tell();

    assertEquals(log.all, []);
  });

  it("warns of the cron, and of a worker that is alive, once", async () => {
    await database();
    await odoo.sql`update ir_cron set active = true`;
    await odoo.sql`update queue_worker set date_alive = now() at time zone 'utc'`;

    await tell();

    const [cron, worker, ...more] = log.all;
    assertEquals([cron?.level, worker?.level, more.length], ["WARNING", "WARNING", 0]);
    assertStringIncludes(cron!.text, `cron "Enqueue Jobs" is active`);
    assertStringIncludes(worker!.text, "openerp-connector-worker is alive (pid 7)");
  });

  it("does not look at other generations", async () => {
    await database("16.0");
    await odoo.sql`update ir_cron set active = true`;

    await tell();

    assertEquals(log.all, []);
  });

  it("takes tables that are missing for no trouble", async () => {
    odoo = await server.database("8.0");

    await tell();

    assertEquals(log.all, []);
  });

  it("says only to those who debug that it may not read them", async () => {
    await database();
    const role = await server.role();
    await odoo.sql.unsafe(`grant select on ir_module_module, queue_job to ${role.user}`);

    await tell(role);

    assertEquals(log.all.map((it) => it.level), ["DEBUG"]);
    assertStringIncludes(log.all[0]!.text, "permission denied");
  });
});
