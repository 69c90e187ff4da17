import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { HAS_BROWSER, TestBrowser } from "../browser/browser.ts";
import { AskedRunner, kindsOf } from "../support/asked_runner.ts";
import { FaultScene, HastyClock } from "../support/fault_scene.ts";
import { closedPort } from "../support/http_server.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunnerOptions } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const SEARCH_MS = 10_000;
/** Until the jobs of all databases are read. */
const BARRIER_MS = 10_000;
/** A database is not waited for longer. */
const READ_MS = 5_000;

describe("why a job, a channel or a database does not run after a fault", () => {
  let scene: FaultScene;
  let database: TestDatabase;
  let asked: AskedRunner;
  let browser: TestBrowser | null = null;

  beforeAll(async () => {
    scene = await FaultScene.start("10.0");
    // Elsewhere server and command line alone are asked.
    if (HAS_BROWSER) browser = await TestBrowser.start();
  });
  afterEach(async () => {
    await asked.stop();
    await scene.calm();
  });
  afterAll(async () => {
    await browser?.stop();
    await scene.stop();
  });

  async function run(options: Partial<TestRunnerOptions> = {}): Promise<void> {
    // A busy machine is no lost link: these tests cut links themselves.
    const test = scene.run([database], { heartbeatDeadlineMs: 30_000, ...options });
    asked = await AskedRunner.serve(test, browser);
  }

  /** A connection that hangs does not fail for long. */
  const patient = () => {
    const { port } = scene.toPostgres;
    return { ...scene.postgres.connection, host: "127.0.0.1", port, connectTimeoutMs: 60_000 };
  };
  const untilWhy = (uuid: string, ...kinds: Parameters<AskedRunner["untilWhy"]>[2][]) => {
    return asked.untilWhy(database, uuid, ...kinds);
  };

  it("waits while its database is lost", async () => {
    database = await scene.postgres.database("10.0");
    await run();
    await asked.test.untilReady(database);
    scene.toPostgres.refuse();
    scene.toPostgres.cut({ withReset: true });
    await until("it is noticed", () => asked.test.runner.status.phase !== "running");

    const { reasons } = await asked.why(database, "any");

    assertEquals(kindsOf({ reasons }).slice(0, 2), ["unreadable", "runner"]);
    assertStringIncludes(reasons[0]!.text, "its row cannot be read: ");
    const { answer } = await asked.untilChannelWhy("root", "runner");
    assertStringIncludes(answer, "this job runner does not lead yet");
    await asked.untilDatabaseWhy(database, "runner", "database");
    await scene.toPostgres.accept();
  });

  it("waits while its database alone is lost, and no question waits for that long", async () => {
    database = await scene.postgres.database("10.0");
    const uuid = await database.addJob({ etaInMs: 100_000 });
    await run({ clock: new HastyClock({ [READ_MS]: 200 }), connection: patient() });
    await asked.test.untilReady(database);
    scene.toPostgres.isSwallowingNew = true;
    for (const link of scene.linksTo(database)) link.destroy();

    const { answer } = await untilWhy(uuid, "unreadable", "database");
    const recovering = await asked.untilDatabaseWhy(database, "database");

    assertStringIncludes(recovering.answer, "its database has been lost or held for ");
    assertStringIncludes(answer, "its row cannot be read: no answer within 5 s; ");
    assertStringIncludes(answer, "its database has been lost or held for ");
  });

  it("waits until the jobs of all databases are read", async () => {
    database = await scene.postgres.database("10.0");
    // Its trigger is there already.
    const slow = await scene.postgres.database("16.0");
    const locker = await slow.sql.reserve();
    await locker`begin`;
    await locker`lock table queue_job in access exclusive mode`;
    let isHeld = true;
    scene.toPostgres.filter = ({ link, bytes }) => {
      return link.opening.includes(`\0${slow.name}\0`) && isHeld ? null : bytes;
    };
    const clock = new HastyClock({ [BARRIER_MS]: 60_000 });
    await run({ clock, connection: patient(), databases: [database, slow] });
    await asked.test.untilReady(database);

    const { answer } = await asked.untilChannelWhy("root", "reading");
    const connecting = await asked.untilDatabaseWhy(slow, "reading", "database");
    isHeld = false;
    for (const link of scene.linksTo(slow)) link.destroy();
    await until("its jobs are being read", () => asked.test.stateOf(slow) === "scanning");
    const scanning = await asked.untilDatabaseWhy(slow, "reading", "database");
    await locker`rollback`;
    locker.release();

    assertStringIncludes(answer, "now: the jobs of all databases are read first");
    assertStringIncludes(connecting.answer, "its database has not been connected for ");
    assertStringIncludes(scanning.answer, "the jobs of its database are being read, for ");
  });

  it("waits while its database lets nobody in", async () => {
    database = await scene.postgres.database("10.0");
    await database.release();
    const admit = (may: boolean) => {
      return scene.postgres.admin.unsafe(
        `alter database "${database.name}" allow_connections ${may}`,
      );
    };
    await admit(false);
    await run();
    await until("it is quarantined", () => asked.test.stateOf(database) === "quarantined");

    const { answer } = await asked.untilDatabaseWhy(database, "database");
    await admit(true);
    asked.test.runner.lookNow();
    await asked.test.untilReady(database);
    await asked.untilDatabaseWhy(database);

    assertMatch(
      answer,
      /its database has failed again and again for .*, and is tried less often: \S/,
    );
  });

  it("waits while another job runner is at work on its database", async () => {
    database = await scene.postgres.database("10.0");
    await run();
    await asked.test.untilReady(database);
    const others = await database.addJob({ etaInMs: 60_000 });
    await database
      .sql`update queue_job set state = 'enqueued', date_enqueued = now() at time zone 'utc'
      where uuid = ${others}`;
    await until("it is noticed", () => asked.test.stateOf(database) === "foreign");
    const uuid = await database.addJob();

    const { answer } = await untilWhy(uuid, "database");
    const foreign = await asked.untilDatabaseWhy(database, "database");

    assertStringIncludes(foreign.answer, "another job runner is at work on its database for ");
    assertStringIncludes(answer, "another job runner is at work on its database for ");
    assertStringIncludes(answer, `it has enqueued job ${others}`);
  });

  it("is stranded, or suspected dead", async () => {
    database = await scene.postgres.database("10.0");
    const [enqueued, started] = await database.addJobs({ state: "enqueued" }, { state: "started" });
    await database.sql`update queue_job set
      date_enqueued = now() at time zone 'utc' - interval '3 hours',
      date_started = now() at time zone 'utc' - interval '3 hours'`;
    await run({ clock: new HastyClock({ [SEARCH_MS]: 50 }) });

    const stranded = await untilWhy(enqueued!, "stranded");
    const dead = await untilWhy(started!, "suspectedDead");

    assertStringIncludes(stranded.answer, "it is stranded, enqueued for 3 h: ");
    assertStringIncludes(dead.answer, "it is suspected dead, started for 3 h: ");
  });

  it("is so too when there are more than the search lists", async () => {
    database = await scene.postgres.database("10.0");
    const enqueued = await database.addJobs(...Array(25).fill({ state: "enqueued" }));
    const started = await database.addJobs(...Array(25).fill({ state: "started" }));
    await database.sql`update queue_job set
      date_enqueued = now() at time zone 'utc' - interval '3 hours',
      date_started = now() at time zone 'utc' - interval '3 hours'`;
    await run({ clock: new HastyClock({ [SEARCH_MS]: 50 }) });

    const stranded = await untilWhy(enqueued.at(-1)!, "stranded");
    const dead = await untilWhy(started.at(-1)!, "suspectedDead");

    const { stranded: listed } = asked.test.runner.status.databases[0]!;
    assertEquals([listed.count, listed.oldest.length], [25, 20]);
    assertStringIncludes(stranded.answer, "it is stranded, enqueued for 3 h: ");
    assertStringIncludes(dead.answer, "it is suspected dead, started for 3 h: ");
  });

  it("waits while Odoo, which is back, is asked for few jobs at once", async () => {
    const generation = generationNamed("10.0");
    database = await scene.postgres.database("10.0");
    const port = await closedPort();
    const uuids = await database.addJobs(...Array(40).fill({ plan: { workMs: 60_000 } }));
    await run({ port, channels: "root:50" });
    await asked.test.log.until("Odoo is away");
    const odoo = await StandInOdoo.start({
      ...{ generation, server: scene.postgres.server, workers: 1, port },
    });

    const { answer } = await untilWhy(uuids.at(-1)!, "backPressure");
    await asked.untilChannelWhy("root", "backPressure");
    await asked.untilDatabaseWhy(database, "backPressure");
    await odoo.stop();

    assertStringIncludes(answer, "Odoo is asked for few jobs at once after it was away");
    assert(asked.test.runner.status.odoo.waiting >= 0);
  });
});
