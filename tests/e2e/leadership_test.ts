import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { clearInterval, setInterval } from "node:timers";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

describe("Leadership", () => {
  let postgres: TestPostgres;
  let odoo: StandInOdoo;
  let database: TestDatabase;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    const { server } = postgres;
    odoo = await StandInOdoo.start({ generation: generationNamed("16.0"), server, workers: 2 });
  });
  afterEach(async () => assertEquals(await postgres.backends(), 0));
  afterAll(async () => {
    await odoo.stop();
    await postgres.stop();
  });

  it("takes nothing before it knows what a dead leader has left running", async () => {
    database = await postgres.database("16.0");
    const other = await postgres.database("16.0");
    await database.addJob({ state: "started" });
    const ghost = postgres.server.connect(database.name, {
      max: 1,
      connection: { application_name: "odoo_jobrunner_ghost" },
    });
    await ghost`select pg_advisory_lock(2293787760715711918)`;
    const waiting = await other.addJob();
    const test = TestRunner.start(postgres, {
      ...{ databases: [database, other], port: odoo.port, channels: "root:1" },
    });
    await test.untilReady(other);
    await until("the lock is met", () => test.stateOf(database) === "standby");

    await ghost.end();
    await test.untilReady(database);
    await test.log.until("database connections ready");
    const arrivals = odoo.requests.of({ database: other.name, uuid: waiting }).arrivals;
    await database.sql`update queue_job set state = 'done'`;

    await other.untilState(waiting, "done");
    assertEquals(arrivals, 0);
    await test.stop();
  });

  it("lets one runner of a group lead and the other follow when it stops", async () => {
    database = await postgres.database("16.0");
    const options = { databases: [database], port: odoo.port };
    const first = TestRunner.start(postgres, options);
    await first.untilReady(database);
    const second = TestRunner.start(postgres, options);
    await second.log.until("standing by");
    const phase = second.runner.status.phase;

    await first.stop();
    await second.untilReady(database);
    const uuid = await database.addJob();
    await database.untilState(uuid, "done");

    assertEquals(phase, "standby");
    assertEquals(odoo.requests.of({ database: database.name, uuid }).arrivals, 1);
    await second.stop();
  });

  it("has exactly one of three lead, whoever leaves, and every job run once", async () => {
    database = await postgres.database("16.0");
    const start = () => TestRunner.start(postgres, { databases: [database], port: odoo.port });
    const runners = [start(), start(), start()];
    const leaders = () => runners.filter((it) => it.runner.status.phase === "running");
    let leadersMax = 0;
    const watch = setInterval(() => leadersMax = Math.max(leadersMax, leaders().length), 5);
    const uuids: string[] = [];

    for (let round = 0; round < 4; round++) {
      const leader = await until("one leads", () => leaders()[0]);
      await leader.untilReady(database);
      uuids.push(...await database.addJobs(...Array(20).fill({ plan: { workMs: 5 } })));
      await until("it works", async () => (await database.counts())["started"]);
      await leader.stop();
      runners.splice(runners.indexOf(leader), 1, start());
    }
    await database.untilAll("done");
    clearInterval(watch);
    for (const runner of runners) await runner.stop();

    assertEquals(leadersMax, 1);
    const counts = uuids.map((uuid) => odoo.requests.of({ database: database.name, uuid }));
    assertEquals(counts.map((it) => it.runs), uuids.map(() => 1));
    assertEquals(counts.map((it) => it.maxOpen), uuids.map(() => 1));
  });

  it("goes on leading when its own session was lost and nobody else came", async () => {
    database = await postgres.database("16.0");
    const test = TestRunner.start(postgres, { databases: [database], port: odoo.port });
    await test.untilReady(database);

    const admin = await postgres.server.connect("postgres");
    await admin`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'`;
    await admin.end();
    await test.log.until("no longer leads");
    await test.untilReady(database);
    const uuid = await database.addJob();
    await database.untilState(uuid, "done");

    assertEquals(odoo.requests.of({ database: database.name, uuid }).arrivals, 1);
    await test.stop();
  });

  it("lets runners of different databases lead side by side", async () => {
    database = await postgres.database("16.0");
    const other = await postgres.database("16.0");
    const first = TestRunner.start(postgres, { databases: [database], port: odoo.port });
    const second = TestRunner.start(postgres, { databases: [other], port: odoo.port });

    await first.untilReady(database);
    await second.untilReady(other);

    await first.stop();
    await second.stop();
  });
});
