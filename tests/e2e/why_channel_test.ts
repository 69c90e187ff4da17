import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import type { SteerTarget } from "../../src/steering.ts";
import type { AskedRunner } from "../support/asked_runner.ts";
import { closedPort } from "../support/http_server.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunnerOptions } from "../support/test_runner.ts";
import { until } from "../support/until.ts";
import { AT_WORK, WhyScene } from "../support/why_scene.ts";

const CHANNELS = [
  ...["root:9", "mail:1", "mail.bulk:1", "sap:1:sequential", "slow:9:throttle=3600"],
  "off:2:paused",
].join();
const EVERYTHING: SteerTarget = { what: "everything", name: null };

describe("why a channel or a database does not run", () => {
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

  const steering = () => asked.test.runner.steering;
  const untilState = (state: string) => {
    return until(`it is ${state}`, () => asked.test.stateOf(database) === state);
  };

  it("is well, and would run a job at once", async () => {
    await serve();

    await asked.untilChannelWhy("root.mail");
    await asked.untilDatabaseWhy(database);
  });

  it("is full, or a channel above it is", async () => {
    await serve();
    const runs = await database.addJob({ channel: "mail", ...AT_WORK });
    await scene.untilWorking(database, runs);

    const full = await asked.untilChannelWhy("root.mail", "full");
    const below = await asked.untilChannelWhy("root.mail.bulk", "full");
    await database.addJob({ channel: "mail" });
    await asked.untilChannelWhy("root.mail", "order", "full");

    const job = `${runs} of database ${database.name}`;
    assertStringIncludes(full.answer, `channel root.mail is full (1 of 1; running: ${job} for `);
    assertEquals([full, below].map((it) => it.running.map(({ uuid }) => uuid)), [[runs], [runs]]);
    assertEquals(below.waitsAt, "root.mail");
  });

  it("is sequential, and has a job that is not over or has failed", async () => {
    await serve();
    const first = await database.addJob({ channel: "sap", ...AT_WORK });
    await scene.untilWorking(database, first);

    const busy = await asked.untilChannelWhy("root.sap", "full");
    await database.sql`update queue_job set state = 'failed' where uuid = ${first}`;
    const blocked = await asked.untilChannelWhy("root.sap", "failed");

    const job = `${first} of database ${database.name}`;
    const words = "root.sap is sequential and";
    assertStringIncludes(busy.answer, `${words} has a job that is not over: ${job} for `);
    assertStringIncludes(blocked.answer, `${words} job ${job} has failed: `);
  });

  it("is throttled", async () => {
    await serve();
    await database.untilState(await database.addJob({ channel: "slow" }), "done");
    await until("its answer is in", () => asked.test.runner.status.inFlight.asked === 0);

    const { answer } = await asked.untilChannelWhy("root.slow", "throttled");

    assertStringIncludes(answer, "channel root.slow is throttled for 59 min more, until 20");
  });

  it("is paused by the settings, resumed in spite of that, or paused by an operator", async () => {
    await serve();
    const off: SteerTarget = { what: "channel", name: "off" };

    const configured = await asked.untilChannelWhy("root.off", "paused");
    steering().resume(off, "anna");
    steering().changeCapacity("off", 5, "ben");
    const resumed = await asked.untilChannelWhy("root.off");
    const { output } = await asked.command("status");
    asked.test.runner.reconfigure({ channels: `${CHANNELS},other:1` });
    const reloaded = await asked.untilChannelWhy("root.off");
    steering().pause(off, "carl");
    const ordered = await asked.untilChannelWhy("root.off", "pausedBy");

    assertStringIncludes(configured.answer, "channel root.off is paused by the settings");
    assertEquals(resumed.changes, reloaded.changes);
    assertMatch(
      resumed.changes.map((it) => it.text).join("; "),
      /^it is resumed by anna since 2\S+, and paused by the settings; its capacity is 5 by ben/,
    );
    assertMatch(output, / off .* resumed by anna, paused by the settings, capacity by ben\n/);
    assertStringIncludes(ordered.answer, "channel root.off is paused by carl since 20");
  });

  it("is paused by the settings after all, once they had not paused it", async () => {
    await serve();
    steering().resume({ what: "channel", name: "off" }, "anna");

    asked.test.runner.reconfigure({ channels: "off:2" });
    await asked.untilChannelWhy("root.off");
    asked.test.runner.reconfigure({ channels: "off:2:paused" });

    await asked.untilChannelWhy("root.off", "paused");
  });

  it("is paused with everything, or with its database", async () => {
    await serve();

    steering().pause(EVERYTHING, "anna");
    steering().pause({ what: "database", name: database.name }, "ben");
    const channel = await asked.untilChannelWhy("root.mail", "pausedBy");
    await untilState("paused");
    const both = await asked.untilDatabaseWhy(database, "pausedBy", "pausedBy");
    steering().resume(EVERYTHING, "anna");
    const { answer } = await asked.untilDatabaseWhy(database, "pausedBy");

    assertStringIncludes(channel.answer, "everything is paused by anna since 20");
    assertStringIncludes(both.answer, "everything is paused by anna since 20");
    assertStringIncludes(answer, `${database.name}: database ${database.name} is paused by ben`);
  });

  it("waits while Odoo is away", async () => {
    await serve({ port: await closedPort(), channels: "root:1" });
    await database.addJob();
    await asked.test.log.until("Odoo is away");

    const { answer } = await asked.untilChannelWhy("root", "odoo", "order");
    await asked.untilDatabaseWhy(database, "odoo");

    assertMatch(answer, /now: Odoo at http:\/\/127.0.0.1:\d+ is away for [\d.]+ s: \S/);
  });

  it("waits while the add-on is upgraded, or another job runner has the lock", async () => {
    database = await scene.postgres.database("16.0");
    await database.sql`update ir_module_module set state = 'to upgrade' where name = 'queue_job'`;
    await run();
    await untilState("paused");

    const upgraded = await asked.untilDatabaseWhy(database, "database");
    await database.sql`select pg_advisory_lock(2293787760715711918)`;
    await database.sql`update ir_module_module set state = 'installed' where name = 'queue_job'`;
    await untilState("standby");
    const locked = await asked.untilDatabaseWhy(database, "database");
    await database.release();

    assertMatch(upgraded.answer, /its database is paused for .*: queue_job is being upgraded/);
    assertMatch(locked.answer, /its database is on standby for .*: another job runner holds/);
  });

  it("has nothing to run without the add-on, or where nobody serves it", async () => {
    database = await scene.postgres.database("16.0", { state: "uninstalled" });
    await run();
    await untilState("ignored");

    const ignored = await asked.untilDatabaseWhy(database, "database");
    const other = await asked.untilDatabaseWhy({ name: "other" }, "database");

    assertStringIncludes(ignored.answer, "its database has no jobs to run for ");
    assertEquals(other.answer, "Database other: its database is not served by this job runner");
  });

  it("waits while another runner leads", async () => {
    await serve();
    const standby = await scene.run([database]);
    await until("it stands by", () => standby.test.runner.status.phase === "standby");

    const { answer } = await standby.untilChannelWhy("root.mail", "runner");
    await standby.untilDatabaseWhy(database, "runner", "database");

    assertStringIncludes(answer, "this job runner stands by for another one, which leads");
  });

  it("gets nothing while the runner stops, and when it has stopped", async () => {
    const busy = await scene.startOdoo(1);
    await serve({ port: busy.port, drainTimeoutMs: 60_000 });
    const first = await database.addJob(AT_WORK);
    await database.untilState(first, "started");
    const second = await database.addJob();
    await database.untilState(second, "enqueued");

    const stopped = asked.test.runner.stop();
    const stopping = await asked.untilChannelWhy("root.mail", "runner");
    await asked.untilDatabaseWhy(database, "runner");
    busy.workers.finish({ database: database.name, uuid: first });
    await stopped;
    const { answer } = await asked.untilChannelWhy("root.mail", "runner");
    await asked.untilDatabaseWhy(database, "runner", "database");
    await busy.stop();

    assertStringIncludes(stopping.answer, "this job runner stops, and takes no more jobs");
    assertStringIncludes(answer, "this job runner has stopped");
  });
});
