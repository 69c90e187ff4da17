import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { addonSql } from "../../scripts/demo/odoo_schema.ts";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const DISCOVERY_MS = 100;
/** What a busy Odoo may need between two statements. */
const MOMENT_MS = 300;

describe("what Odoo's database manager does while jobs run", () => {
  let scene: FaultScene;
  let database: TestDatabase;
  let test: TestRunner;
  const made: TestDatabase[] = [];

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  beforeEach(async () => {
    database = await scene.postgres.database("16.0");
    test = scene.run(null, {
      databaseFilter: new RegExp(`^${database.name}(_\\w+)?$`),
      discoveryIntervalMs: DISCOVERY_MS,
    });
    await test.untilReady(database);
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
    for (const { name } of made.splice(0)) await scene.postgres.server.dropDatabase(name);
  });
  afterAll(() => scene.stop());

  const admin = (sql: string) => scene.postgres.admin.unsafe(sql);

  /** Ends all connections, as Odoo does first, and goes on a moment later. */
  async function terminateAnd(sql: string): Promise<void> {
    await database.release();
    await scene.postgres.admin`
      select pg_terminate_backend(pid) from pg_stat_activity where datname = ${database.name}`;
    const endMs = test.clock.nowMs() + MOMENT_MS;
    await until("Odoo goes on", () => test.clock.nowMs() > endMs);
    await admin(sql);
  }

  /** A database that Odoo has made of this one. */
  function named(suffix: string): TestDatabase {
    const { server } = scene.postgres;
    const it = new TestDatabase(server, `${database.name}_${suffix}`, database.generation);
    made.push(it);
    return it;
  }

  it("a duplicate succeeds, and both run the jobs that have one uuid", async () => {
    const [uuid] = await database.addJobs({ etaInMs: 1_000 });
    const copy = named("copy");

    await terminateAnd(`create database "${copy.name}" template "${database.name}"`);

    await test.untilReady(database, copy);
    await database.untilState(uuid!, "done");
    await copy.untilState(uuid!, "done");
    await copy.release();
    assertEquals(scene.runsOf(database, [uuid!]), ONCE);
    assertEquals(scene.runsOf(copy, [uuid!]), ONCE);
    assertEquals(test.log.countOf("database connection failed"), 1);
  });

  it("a rename succeeds, and its jobs run under the new name", async () => {
    const uuid = await database.addJob({ etaInMs: 1_000 });
    const renamed = named("renamed");

    await terminateAnd(`alter database "${database.name}" rename to "${renamed.name}"`);

    await test.untilReady(renamed);
    await renamed.untilState(uuid, "done");
    await renamed.release();
    await until("the old one is gone", () => test.stateOf(database) === undefined);
    assertEquals(scene.runsOf(renamed, [uuid]), ONCE);
  });

  it("a drop succeeds, and what is restored under the name is another database", async () => {
    const running = await database.addJob({ state: "started" });
    const waiting = await database.addJob({ etaInMs: 60_000 });
    const template = await scene.postgres.database("16.0");
    await template.release();

    await terminateAnd(`drop database "${database.name}"`);
    await admin(`create database "${database.name}" template "${template.name}"`);

    const uuids = await database.addJobs({}, {}, {}, {}, {});
    await database.untilAll("done");
    assertEquals(scene.runsOf(database, uuids), ONCE);
    for (const uuid of [running, waiting]) {
      assertEquals(scene.requestsOf(database, uuid).arrivals, 0);
    }
    assertEquals(test.log.countOf("queue job runner ready for db"), 2);
  });

  it("a database that is dropped is let go, and its places are free", async () => {
    await database.addJobs({ state: "started" }, { state: "started" });
    const running = () => test.runner.status.channels.find((it) => it.name === "root")?.running;
    await until("two run", () => running() === 2);

    await terminateAnd(`drop database "${database.name}"`);

    await test.log.until("database is gone");
    await until("its places are free", () => running() === 0);
    assertEquals(test.stateOf(database), undefined);
  });

  it("jobs that Odoo has of it keep their places until their requests are over", async () => {
    const template = await scene.postgres.database("16.0");
    await template.release();
    const other = named("other");
    await admin(`create database "${other.name}" template "${template.name}"`);
    await test.untilReady(other);
    scene.toOdoo.isSwallowingNew = true;
    await database.addJobs({}, {}, {}, {});
    await until("all places are taken", () => test.runner.status.inFlight.asked === 4);
    await until("all requests are swallowed", () => scene.toOdoo.links.size === 4);
    scene.toOdoo.isSwallowingNew = false;
    const root = () => test.runner.status.channels.find((it) => it.name === "root")!;

    await terminateAnd(`drop database "${database.name}"`);
    await test.log.until("database is gone");
    const uuid = await other.addJob();
    await until("the next job is known", () => root().waiting === 1);
    const { running } = root();
    for (const link of scene.toOdoo.links) link.destroy();

    await other.untilState(uuid, "done");
    await until("all places are free", () => root().running === 0);
    assertEquals(running, 4);
    await other.release();
  });

  it("an add-on that is removed is noticed without a complaint, and when it is back", async () => {
    const odooOnly = "update ir_module_module set state = 'uninstalled' where name = 'queue_job'";
    await database.sql.unsafe(`drop table queue_job cascade; ${odooOnly}`);

    await until("it is ignored", () => test.stateOf(database) === "ignored");
    await until("no session is open", () => scene.linksTo(database).length === 0);
    await database.sql.unsafe(`drop table ir_module_module;
      drop function queue_job_notify; ${addonSql(database.generation)}`);
    await test.untilReady(database);

    assertEquals(test.log.countOf("ignored: neither queue_job nor connector is installed"), 1);
    assertEquals(test.log.complaints, []);
  });
});
