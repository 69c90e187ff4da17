import { assert, assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { closedPort } from "../support/http_server.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

describe("ConnectorRunner", () => {
  let postgres: TestPostgres;
  let odoo: StandInOdoo;
  let database: TestDatabase;
  let test: TestRunner | null = null;
  const arrived: string[] = [];

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    odoo = await startOdoo();
  });
  afterEach(async () => {
    await test?.stop();
    test = null;
    assertEquals(await postgres.backends(), 0);
  });
  afterAll(async () => {
    await odoo.stop();
    await postgres.stop();
  });

  function startOdoo(port = 0): Promise<StandInOdoo> {
    return StandInOdoo.start({
      ...{ generation: generationNamed("16.0"), server: postgres.server, workers: 2, port },
      onArrival: ({ uuid }) => arrived.push(uuid),
    });
  }

  function start(channels = "root:4", port = odoo.port): TestRunner {
    return test = TestRunner.start(postgres, { databases: [database], port, channels });
  }

  const requestsOf = (uuid: string) => odoo.requests.of({ database: database.name, uuid });
  const finish = (uuid: string) => odoo.workers.finish({ database: database.name, uuid });
  const untilWorking = (uuid: string) => {
    return until(`job ${uuid} works`, () => requestsOf(uuid).working === 1);
  };

  it("logs what the documentation says, in its order", async () => {
    database = await postgres.database("16.0");
    const { log, runner } = start();
    await log.until("database connections ready");
    const uuid = await database.addJob();
    await database.untilState(uuid, "done");
    await until("the answer is in", () => runner.status.databases[0]!.inFlight === 0);
    await test!.stop();

    assertEquals(log.all.map((it) => [it.level, it.text]), [
      ["INFO", "starting"],
      ["INFO", "initializing database connections"],
      ["INFO", `queue job runner ready for db ${database.name}`],
      ["INFO", "database connections ready"],
      ["INFO", `asking Odoo to run job ${uuid} on db ${database.name}`],
      ["INFO", "graceful stop requested"],
      ["INFO", "stopped"],
    ]);
  });

  it("never runs a job that the user cancels before its turn", async () => {
    database = await postgres.database("16.0");
    const first = await database.addJob({ plan: { workMs: 60_000 } });
    start("root:1");
    await untilWorking(first);
    const [cancelled, last] = await database.addJobs({}, {});
    await database.sql`update queue_job set state = 'cancelled' where uuid = ${cancelled!}`;

    finish(first);

    await database.untilState(last!, "done");
    assertEquals(await database.state(cancelled!), "cancelled");
    assertEquals(requestsOf(cancelled!).arrivals, 0);
  });

  it("forgets a job that the user deletes, and runs one that is set to pending again", async () => {
    database = await postgres.database("16.0");
    const first = await database.addJob({ plan: { workMs: 60_000 } });
    start("root:1");
    await untilWorking(first);
    const [deleted, waits] = await database.addJobs({}, { state: "wait_dependencies" });
    await database.sql`delete from queue_job where uuid = ${deleted!}`;
    await database.sql`update queue_job set state = 'pending' where uuid = ${waits!}`;

    finish(first);

    await database.untilAll("done");
    assertEquals(requestsOf(waits!).runs, 1);
    assertEquals(requestsOf(deleted!).arrivals, 0);
  });

  it("runs at most as many at once as the channel takes", async () => {
    database = await postgres.database("16.0");
    await database.addJobs(...Array(20).fill({ channel: "one", plan: { workMs: 1 } }));
    start("root:4,one:1");

    await database.untilAll("done");

    const [row] = await database.sql`
      select count(*)::int as overlaps from queue_job a join queue_job b on a.id < b.id
      and a.date_started < b.date_done and b.date_started < a.date_done`;
    assertEquals(row!["overlaps"], 0);
  });

  it("takes nothing while Odoo is away, and goes on when it is back", async () => {
    database = await postgres.database("16.0");
    const port = await closedPort();
    await database.addJobs({}, {}, {});
    const { log, runner } = start("root:1", port);
    await log.until("Odoo is away");
    await until("all is put back", async () => (await database.counts())["pending"] === 3);
    await until("nothing is in our hands", () => runner.status.databases[0]!.inFlight === 0);
    assertEquals(runner.status.odoo.open, false);
    const versions = () => database.sql`select xmin::text from queue_job order by id`;
    const before = await versions();

    const late = await database.addJob();
    await until("the late job waits", () => {
      return runner.status.channels.find((it) => it.name === "root")!.waiting === 4;
    });
    assertEquals(
      (await versions()).map((it) => it["xmin"]).slice(0, 3),
      before.map((it) => it["xmin"]),
    );
    const again = await startOdoo(port);

    await database.untilAll("done");
    assertEquals(again.requests.of({ database: database.name, uuid: late }).arrivals, 1);
    assertEquals(log.countOf("Odoo is away"), 1);
    assertEquals(log.countOf("Odoo is back"), 1);
    await test!.stop();
    await again.stop();
  });

  it("loses no job and runs none twice when its session is terminated", async () => {
    database = await postgres.database("16.0");
    const jobs = Array(60).fill({ plan: { workMs: 5 } });
    const uuids = await database.addJobs(...jobs);
    const { log } = start("root:8");
    await until("some are done", async () => ((await database.counts())["done"] ?? 0) > 10);

    assertEquals(await postgres.terminate(database.name), 1);

    await log.until("trying again");
    await log.until("runner ready for db", 2);
    await database.untilAll("done");
    assertEquals(uuids.map((it) => requestsOf(it).runs), uuids.map(() => 1));
    assertEquals(uuids.map((it) => requestsOf(it).maxOpen), uuids.map(() => 1));
  });

  it("is not in the way when Odoo terminates all connections and drops the database", async () => {
    database = await postgres.database("16.0");
    const { log } = start();
    await test!.untilReady(database);
    await database.release();

    assertEquals(await postgres.terminate(database.name), 1);
    await log.until("trying again");
    // Odoo does this at once; whoever is connected again by then makes it fail.
    await postgres.admin.unsafe(`drop database "${database.name}"`);

    assertMatch(log.complaints[0] ?? "", /^ERROR \S+: database connection failed/);
  });

  it("loses no job and runs none twice when it may lead no more for a while", async () => {
    database = await postgres.database("16.0");
    const uuids = await database.addJobs(...Array(60).fill({ plan: { workMs: 5 } }));
    const { log } = start("root:8");
    await until("some are done", async () => ((await database.counts())["done"] ?? 0) > 10);

    // The session with the lock of the group.
    assertEquals(await postgres.terminate("postgres"), 1);

    await log.until("no longer leads");
    await database.untilAll("done");
    assertEquals(uuids.map((it) => requestsOf(it).runs), uuids.map(() => 1));
    assertEquals(uuids.map((it) => requestsOf(it).maxOpen), uuids.map(() => 1));
  });

  it("leaves alone a database that Odoo's own job runner has, and serves the others", async () => {
    const theirs = await postgres.database("16.0");
    database = await postgres.database("16.0");
    const stock = await theirs.sql.reserve();
    await stock`select pg_advisory_lock(2293787760715711918)`;
    const [left, served] = [await theirs.addJob(), await database.addJob()];
    test = TestRunner.start(postgres, {
      ...{ databases: [theirs, database], port: odoo.port, discoveryIntervalMs: 50 },
    });

    await database.untilState(served, "done");
    assertEquals(test.stateOf(theirs), "standby");
    assertEquals(await theirs.state(left), "pending");
    await stock`select pg_advisory_unlock(2293787760715711918)`;
    stock.release();

    await theirs.untilState(left, "done");
    assertEquals(test.log.countOf("another job runner holds its lock"), 1);
  });

  it("finds a database that is made while it runs, and lets go of one that is gone", async () => {
    const template = await postgres.database("16.0");
    const name = /^(.*?)\d+$/.exec(template.name)![1]!;
    const filter = new RegExp(`^${name}made`);
    test = TestRunner.start(postgres, {
      ...{ databases: null, databaseFilter: filter, port: odoo.port, discoveryIntervalMs: 50 },
    });
    await test.log.until("no database to serve");

    const made = await postgres.server.createDatabase("dbmade", template.name);
    await test.log.until(`queue job runner ready for db ${made}`);
    await test.log.until("database connections ready");
    await postgres.server.dropDatabase(made);

    await until("it is let go", () => test!.runner.status.databases.length === 0);
    // Which of the two depends on whether its session is known to have ended.
    assert(test.log.texts.some((it) => /^database is (gone|no longer served)$/.test(it)));
  });

  it("keeps out of the way while the add-on is upgraded, and goes on afterwards", async () => {
    database = await postgres.database("16.0");
    test = TestRunner.start(postgres, {
      ...{ databases: [database], port: odoo.port, discoveryIntervalMs: 50 },
    });
    await test.untilReady(database);

    await database.sql`update ir_module_module set state = 'to upgrade' where name = 'queue_job'`;
    await until("it is paused", () => test!.stateOf(database) === "paused");
    const uuid = await database.addJob();
    await test.log.until("paused: queue_job is being upgraded");
    assertEquals(await database.state(uuid), "pending");
    await database.sql`update ir_module_module set state = 'installed' where name = 'queue_job'`;

    await database.untilState(uuid, "done");
    assertEquals(test.log.complaints, []);
  });

  it("proves again and again that it hears", async () => {
    database = await postgres.database("16.0");
    test = TestRunner.start(postgres, {
      ...{ databases: [database], port: odoo.port },
      ...{ heartbeatIntervalMs: 5, heartbeatDeadlineMs: 2_000 },
    });
    await test.untilReady(database);

    for (let round = 0; round < 5; round++) {
      const uuid = await database.addJob();
      await database.untilState(uuid, "done");
    }

    assertEquals(test.log.complaints, []);
  });
});
