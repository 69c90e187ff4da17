import { assertEquals, assertThrows } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { HastyClock } from "../support/fault_scene.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { TestRunner, type TestRunnerOptions } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const LONG = { workMs: 60_000 };
/** How long jobs of a dropped database keep their places. */
const GONE_MS = 3_600_000;

describe("ConnectorRunner.reconfigure", () => {
  let postgres: TestPostgres;
  let odoo: StandInOdoo;
  let moved: StandInOdoo;
  let database: TestDatabase;
  let test: TestRunner;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    const { server } = postgres;
    odoo = await StandInOdoo.start({ generation: generationNamed("16.0"), server, workers: 3 });
    moved = await StandInOdoo.start({ generation: generationNamed("16.0"), server, workers: 1 });
  });
  beforeEach(async () => {
    database = await postgres.database("16.0");
  });
  afterEach(async () => {
    await test.stop();
    assertEquals(await postgres.backends(), 0);
  });
  afterAll(async () => {
    await odoo.stop();
    await moved.stop();
    await postgres.stop();
  });

  async function start(channels: string, options: Partial<TestRunnerOptions> = {}): Promise<void> {
    const parts = { databases: [database], port: odoo.port, channels, ...options };
    test = TestRunner.start(postgres, parts);
    await test.log.until("database connections ready");
  }

  const job = (uuid: string, { name } = database) => ({ database: name, uuid });
  const requestsOf = (uuid: string) => odoo.requests.of(job(uuid));
  const untilWorking = (uuid: string) => {
    return until(`job ${uuid} works`, () => requestsOf(uuid).working === 1);
  };
  const finish = (uuid: string, of = database) => odoo.workers.finish(job(uuid, of));
  const channel = (name: string) => test.runner.status.channels.find((it) => it.name === name)!;

  /** All workers are busy, and one job more waits for one. */
  async function occupy(other: TestDatabase) {
    const running = await other.addJobs({ plan: LONG }, { plan: LONG }, { plan: LONG });
    for (const uuid of running) {
      const requests = odoo.requests.of(job(uuid, other));
      await until("it works", () => requests.working === 1);
    }
    const waiting = await other.addJob();
    await until("it waits", () => odoo.requests.of(job(waiting, other)).open === 1);
    return { running, waiting };
  }

  it("lets more jobs run at once, and disturbs none that runs", async () => {
    const [first, second] = await database.addJobs({ plan: LONG }, { plan: LONG });
    await start("root:1");
    await untilWorking(first!);

    test.runner.reconfigure({ channels: "root:2,mail:1" });

    await untilWorking(second!);
    assertEquals([channel("root").capacity, channel("root.mail").capacity], [2, 1]);
    for (const uuid of [first!, second!]) {
      finish(uuid);
      await database.untilState(uuid, "done");
      assertEquals([requestsOf(uuid).arrivals, requestsOf(uuid).maxOpen], [1, 1]);
    }
  });

  it("lets fewer jobs run at once as places come free", async () => {
    const uuids = await database.addJobs({ plan: LONG }, { plan: LONG }, { plan: LONG });
    await start("root:2");
    const [first, second, third] = uuids as [string, string, string];
    await untilWorking(first);
    await untilWorking(second);

    test.runner.reconfigure({ channels: "root:1" });
    finish(first);
    await database.untilState(first, "done");
    await until("one runs", () => channel("root").running === 1);
    assertEquals(requestsOf(third).arrivals, 0);

    finish(second);
    await untilWorking(third);
    finish(third);
    await database.untilState(third, "done");
  });

  it("refuses what cannot be, and nothing of it is in force then", async () => {
    await start("root:2");

    assertThrows(
      () => test.runner.reconfigure({ channels: "root:1,mail:x", port: moved.port }),
      Error,
      "mail:x",
    );
    assertThrows(
      () => {
        const { scheme, user, password, ca, verify } = ENDPOINT;
        const endpoint = { scheme, host: "my host", user, password, ca, verify };
        test.runner.reconfigure({ endpoint, channels: "root:3" });
      },
      RangeError,
      "my host",
    );

    const { channels, odoo: { url } } = test.runner.status;
    assertEquals(channels.map((it) => `${it.name}:${it.capacity}`), ["root:2"]);
    assertEquals(url, `http://127.0.0.1:${odoo.port}`);
  });

  it("asks Odoo elsewhere, while what it was asked for goes on where it is", async () => {
    const first = await database.addJob({ plan: LONG });
    await start("root:2");
    await untilWorking(first);

    test.runner.reconfigure({ port: moved.port });
    const second = await database.addJob();
    await database.untilState(second, "done");

    assertEquals(test.runner.status.odoo.url, `http://127.0.0.1:${moved.port}`);
    assertEquals([requestsOf(second).arrivals, moved.requests.of(job(second)).runs], [0, 1]);
    finish(first);
    await database.untilState(first, "done");
    await until("the answer is in", () => test.runner.status.databases[0]!.inFlight === 0);
    assertEquals(test.log.texts.filter((it) => it.includes("no answer")), []);
  });

  it("serves a database that is chosen now", async () => {
    await start("root:2");
    const other = await postgres.database("16.0");
    const uuid = await other.addJob();

    test.runner.reconfigure({ databases: [database.name, other.name] });

    await other.untilState(uuid, "done");
    assertEquals(test.stateOf(database), "ready");
  });

  it("leaves a database that is not chosen any more: nothing of it is taken or lost", async () => {
    const other = await postgres.database("16.0");
    const clock = new HastyClock({ [GONE_MS]: 1 });
    await start("root:5", { databases: [database, other], clock });
    const { running, waiting } = await occupy(other);

    test.runner.reconfigure({ databases: [database.name] });
    await test.log.until("database is no longer served");
    const late = await other.addJob();
    finish(running[0]!, other);
    await other.untilState(waiting, "done");
    await until("it is left", () => test.stateOf(other) === undefined);

    // What still runs takes its places all the same.
    await until("two still run", () => channel("root").running === 2);
    const [lock] = await postgres.admin`
      select count(*)::int as count from pg_stat_activity
      where datname = ${other.name} and application_name like 'odoo_jobrunner%'`;
    assertEquals([lock!["count"], await other.state(late)], [0, "pending"]);
    assertEquals(channel("root").running, 2);
    for (const uuid of running.slice(1)) finish(uuid, other);
    await until("none runs", () => channel("root").running === 0);
    assertEquals(await other.counts(), { done: 4, pending: 1 });
  });

  it("stops in time while a database is being left", async () => {
    const other = await postgres.database("16.0");
    await start("root:5", { databases: [database, other], drainTimeoutMs: 200 });
    const { running, waiting } = await occupy(other);

    test.runner.reconfigure({ databases: [database.name] });
    await test.log.until("database is no longer served");
    await test.stop();

    assertEquals(await other.state(waiting), "enqueued");
    for (const uuid of running) finish(uuid, other);
    await other.untilAll("done");
  });

  it("takes a database again that is chosen again while it is being left", async () => {
    const other = await postgres.database("16.0");
    await start("root:4", { databases: [database, other] });
    const { running, waiting } = await occupy(other);

    test.runner.reconfigure({ databases: [database.name] });
    test.runner.reconfigure({ databases: [database.name, other.name] });
    finish(running[0]!, other);
    await other.untilState(waiting, "done");
    const late = await other.addJob();
    for (const uuid of running.slice(1)) finish(uuid, other);

    await other.untilState(late, "done");
    assertEquals(await other.counts(), { done: 5 });
  });

  it("lets failed jobs block a channel that has become sequential", async () => {
    await database.addJobs({ channel: "mail", state: "failed" }, { channel: "sms" });
    await start("root:4,mail:2");
    await until("it is counted", () => channel("root.mail").failed === 1);

    test.runner.reconfigure({ channels: "root:4,mail:1:sequential" });
    const [blocked, free] = await database.addJobs({ channel: "mail" }, { channel: "sms" });
    await database.untilState(free!, "done");
    await until("all is read", () => test.stateOf(database) === "ready");

    await until("it waits", () => channel("root.mail").waiting === 1);
    const { reasons } = test.runner.why.explainChannel("mail")!;
    assertEquals(reasons.find((it) => it.kind === "failed")?.failed, 1);
    assertEquals(await database.state(blocked!), "pending");
    await database.sql`update queue_job set state = 'done' where state = 'failed'`;
    await database.untilState(blocked!, "done");
  });
});

const ENDPOINT = { scheme: "http", user: null, password: null, ca: null, verify: true } as const;
