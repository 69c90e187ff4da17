import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import type { ToldReason } from "../../src/why.ts";
import { type AskedRunner, kindsOf } from "../support/asked_runner.ts";
import { closedPort } from "../support/http_server.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunnerOptions } from "../support/test_runner.ts";
import { until } from "../support/until.ts";
import { AT_WORK, WhyScene } from "../support/why_scene.ts";

const CHANNELS = "root:9,mail:1,sap:1:sequential,slow:9:throttle=3600,off:2:paused";

describe("why a job does not run", () => {
  let scene: WhyScene;
  let database: TestDatabase;
  let asked: AskedRunner;

  beforeAll(async () => {
    scene = await WhyScene.start(CHANNELS);
  });
  afterEach(() => scene.calm());
  afterAll(() => scene.stop());

  async function run(options: Partial<TestRunnerOptions> = {}): Promise<void> {
    asked = await scene.run([database], options);
  }

  async function serve(options: Partial<TestRunnerOptions> = {}): Promise<void> {
    ({ database, asked } = await scene.serve(options));
  }

  const untilWhy = (uuid: string, ...kinds: ToldReason["kind"][]) => {
    return asked.untilWhy(database, uuid, ...kinds);
  };
  /** What is said of mail where this job runs alone. */
  const fullOf = (uuid: string) => {
    return `channel root.mail is full (1 of 1; running: ${uuid} of database ${database.name} for `;
  };

  it("waits for its eta", async () => {
    await serve();
    const uuid = await database.addJob({ etaInMs: 200_000 });

    const { answer, row, known, waitsAt } = await untilWhy(uuid, "eta");

    assertMatch(answer, /^Job \S+ of database \S+: it waits for its eta, in 3 min, at 20\d\d-/);
    assertEquals([row?.state, known, waitsAt], ["pending", "waiting", "root"]);
  });

  it("waits in a full channel, behind more urgent ones", async () => {
    await serve();
    const runs = await database.addJob({ channel: "mail", ...AT_WORK });
    await scene.untilWorking(database, runs);
    const [first, last] = await database.addJobs(
      { channel: "root.mail", priority: 5 },
      { channel: "mail" },
    );

    const { answer, path } = await untilWhy(last!, "order", "full");
    const running = await untilWhy(runs, "runs");

    assertStringIncludes(answer, `1 job goes before it in channel root.mail, first ${first}`);
    assertStringIncludes(answer, fullOf(runs));
    assertEquals(path.map((it) => [it.name, it.taken, it.capacity]), [
      ["root.mail", 1, 1],
      ["root", 1, 9],
    ]);
    assertStringIncludes(running.answer, "Odoo runs it for");
    const channel = asked.test.runner.why.explainChannel("mail")!;
    assertEquals(kindsOf(channel), ["order", "full"]);
    assertEquals(channel.running.map((it) => it.uuid), [runs]);
    const told = await asked.command("why", "--channel=mail");
    assertEquals(told.code, 3);
    assertStringIncludes(told.output, fullOf(runs));
    assertMatch(told.output, new RegExp(`\n  ${runs} of database ${database.name}, asked for `));
    assertEquals(asked.test.runner.why.explainChannel("never.heard.of"), null);
  });

  it("waits in a sequential channel: for a job at work, and for a failed one", async () => {
    await serve();
    const first = await database.addJob({ channel: "sap", ...AT_WORK });
    await scene.untilWorking(database, first);
    const uuid = await database.addJob({ channel: "sap" });

    const busy = await untilWhy(uuid, "full");
    await database.sql`update queue_job set state = 'failed', exc_name = 'ValueError',
      exc_message = 'no <b>bold</b>' where uuid = ${first}`;
    const blocked = await untilWhy(uuid, "failed");
    const failed = await untilWhy(first, "jobFailed");

    const name = `${first} of database ${database.name}`;
    assertStringIncludes(
      busy.answer,
      `root.sap is sequential and has a job that is not over: ${name} for `,
    );
    assertStringIncludes(blocked.answer, `root.sap is sequential and job ${name} has failed: `);
    assertStringIncludes(failed.answer, "it has failed: ValueError: no <b>bold</b>");
  });

  it("waits in a throttled channel, and in a paused one", async () => {
    await serve();
    const first = await database.addJob({ channel: "slow" });
    await database.untilState(first, "done");
    const [slow, off] = await database.addJobs({ channel: "slow" }, { channel: "off" });

    const throttled = await untilWhy(slow!, "throttled");
    const paused = await untilWhy(off!, "paused");

    assertStringIncludes(
      throttled.answer,
      "channel root.slow is throttled for 59 min more, until 20",
    );
    assertStringIncludes(paused.answer, "channel root.off is paused by the settings");
  });

  it("is over, has never been there, or waits for its parents", async () => {
    await serve();
    const done = await database.addJob();
    await database.untilState(done, "done");
    const parent = await database.addJob({ state: "failed" });
    const child = await database.addJob({ state: "wait_dependencies" });
    const dependencies = JSON.stringify({ depends_on: [done, parent], reverse_depends_on: [] });
    await database.sql`update queue_job set dependencies = ${dependencies} where uuid = ${child}`;

    const waits = await untilWhy(child, "dependencies");
    const over = await untilWhy(done, "over");
    const missing = await untilWhy("nobody's", "missing");

    assertStringIncludes(
      waits.answer,
      `it waits for 1 job to be done, first ${parent}, which is failed`,
    );
    assertEquals(waits.row?.parents, [{ uuid: parent, state: "failed" }]);
    const seen = over.history.filter((it) => it.event !== "begun");
    assertEquals(seen.map((it) => [it.event, it.detail]), [
      ["taken", null],
      ["asked", null],
      ["answered", "finished"],
    ]);
    assertEquals([waits.history, missing.history], [[], []]);
  });

  it("is in a state that no add-on knows", async () => {
    await serve();
    const uuid = await database.addJob({ state: "odd" });

    const { answer, row } = await untilWhy(uuid, "oddState");

    assertStringIncludes(answer, 'it is "odd", a state that no version of the add-on knows');
    assertEquals(row?.state, "odd");
  });

  it("has been seen, though its row is gone", async () => {
    await serve();
    const uuid = await database.addJob();
    await database.untilState(uuid, "done");
    await until("it is over", async () => (await asked.why(database, uuid)).history.length > 2);
    await database.sql`delete from queue_job`;

    const { jobs } = await asked.test.runner.why.explain(null, uuid);

    assertEquals(jobs.map((it) => [kindsOf(it), it.history.at(-1)?.event]), [
      [["missing"], "answered"],
    ]);
  });

  it("waits while Odoo is away", async () => {
    await serve({ port: await closedPort(), channels: "root:1" });
    const uuid = await database.addJob();
    await asked.test.log.until("Odoo is away");

    const { answer } = await untilWhy(uuid, "odoo");

    assertMatch(answer, /: Odoo at http:\/\/127.0.0.1:\d+ is away for [\d.]+ s: \S/);
    assertEquals(kindsOf(asked.test.runner.why.explainDatabase(database.name)), ["odoo"]);
    const seen = [await asked.command("why", "-d", database.name), await asked.command("status")];
    assertEquals(seen.map((it) => it.code), [3, 3]);
    for (const { output } of seen) assertMatch(output, /(Odoo at http\S+ is|:) away for /);
  });

  it("waits for a worker of Odoo", async () => {
    const busy = await scene.startOdoo(1);
    await serve({ port: busy.port });
    const first = await database.addJob(AT_WORK);
    await database.untilState(first, "started");
    const uuid = await database.addJob();
    await database.untilState(uuid, "enqueued");

    const { answer, reasons } = await untilWhy(uuid, "inHands");
    await busy.stop();

    assert(reasons[0]?.kind === "inHands" && reasons[0].state === "asked");
    assertStringIncludes(answer, "Odoo is asked for it and has not begun");
  });

  it("is enqueued or started, and no request of ours is about it", async () => {
    database = await scene.postgres.database("16.0");
    const [enqueued, started] = await database.addJobs(
      { state: "enqueued" },
      { state: "started" },
      { state: "failed" },
    );
    await run();
    await asked.test.untilReady(database);

    await untilWhy(enqueued!, "othersRequest");
    const { path } = await untilWhy(started!, "runs");

    // The core does not know the failed one, which is counted all the same.
    assertEquals(path.map((it) => [it.name, it.running, it.failed]), [["root", 2, 1]]);
  });

  it("waits for a place that an earlier runner's job has", async () => {
    database = await scene.postgres.database("16.0");
    const started = await database.addJob({ channel: "mail", state: "started" });
    const uuid = await database.addJob({ channel: "mail" });
    await run();
    await asked.test.untilReady(database);

    const { answer } = await untilWhy(uuid, "full");
    const channel = await asked.untilChannelWhy("root.mail", "order", "full");

    assertStringIncludes(answer, `(1 of 1; running: ${started} of database ${database.name}`);
    assertEquals(channel.running.map((it) => [it.uuid, it.state]), [[started, "started"]]);
  });

  it("waits while its database is upgraded", async () => {
    database = await scene.postgres.database("16.0");
    await database.sql`update ir_module_module set state = 'to upgrade' where name = 'queue_job'`;
    const uuid = await database.addJob();
    await run();
    await until("it is paused", () => asked.test.stateOf(database) === "paused");

    const { answer } = await untilWhy(uuid, "unreadable", "database");

    assertStringIncludes(answer, "its database is paused for ");
    assertStringIncludes(answer, "queue_job is being upgraded");
  });

  it("waits while another job runner holds the lock of its database", async () => {
    database = await scene.postgres.database("16.0");
    await database.sql`select pg_advisory_lock(2293787760715711918)`;
    const uuid = await database.addJob();
    await run();
    await until("it is on standby", () => asked.test.stateOf(database) === "standby");

    const { answer, row } = await untilWhy(uuid, "database");
    const { code, output } = await asked.command("status");
    await database.release();

    assertStringIncludes(answer, "its database is on standby for ");
    assertStringIncludes(answer, "another job runner holds its lock");
    assertEquals([row?.state, code], ["pending", 0]);
    assertMatch(output, /standby .* another job runner holds its lock/);
  });

  it("waits while another runner leads", async () => {
    await serve();
    const uuid = await database.addJob({ channel: "off" });
    const standby = (await scene.run([database])).test;
    await until("it stands by", () => standby.runner.status.phase === "standby");

    const { jobs } = await standby.runner.why.explain(database.name, uuid);

    assertEquals(jobs.map(kindsOf), [["runner", "database"]]);
    assertStringIncludes(jobs[0]!.answer, "stands by for another one, which leads");
  });

  it("is looked for in all databases when none is named", async () => {
    const others = await Promise.all(
      Array.from({ length: 10 }, () => scene.postgres.database("16.0")),
    );
    database = others[3]!;
    const uuid = await database.addJob({ channel: "off" });
    await others[5]!.addJob({ channel: "off", uuid });
    asked = await scene.run(others);
    await asked.test.untilReady(...others);

    const { jobs, asked: count } = await asked.test.runner.why.explain(null, uuid);

    assertEquals(count, 10);
    assertEquals(jobs.map((it) => it.database).sort(), [others[3]!.name, others[5]!.name].sort());
    assertEquals(jobs.map((it) => kindsOf(it).at(-1)), ["paused", "paused"]);
  });
});
