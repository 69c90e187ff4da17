import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import { PgBouncer } from "../support/pg_bouncer.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner, TestRunnerOptions } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const CURE = "connect straight to PostgreSQL (--db-host, --db-port)";

/** What lets our sessions' settings through, as administrators do it. */
const TOLERANT = {
  ignore_startup_parameters:
    "statement_timeout,lock_timeout,tcp_keepalives_idle,tcp_keepalives_interval," +
    "tcp_keepalives_count,extra_float_digits",
};

/** Debian's package; elsewhere a deaf connection has to do, see deaf_session_test.ts. */
const POOLERS: Readonly<Record<string, Readonly<Record<string, string>>>> = PgBouncer.isInstalled
  ? { "as it is by default": {}, "that lets our settings through": TOLERANT }
  : {};

for (const [how, settings] of Object.entries(POOLERS)) {
  describe(`PgBouncer in transaction mode, ${how}`, () => {
    let scene: FaultScene;
    let pooler: PgBouncer;
    let test: TestRunner;

    beforeAll(async () => {
      scene = await FaultScene.start();
      pooler = await PgBouncer.before(scene.postgres.server, settings);
    });
    afterEach(() => test.stop());
    afterAll(async () => {
      await pooler.stop();
      await scene.stop();
    });

    function start(databases: TestDatabase[], options: Partial<TestRunnerOptions> = {}) {
      return test = scene.run(databases, {
        connection: { ...scene.postgres.connection, host: "127.0.0.1", port: pooler.port },
        ...options,
      });
    }

    it("is found out, and said once with its cure", async () => {
      const database = await scene.postgres.database("16.0");
      const uuid = await database.addJob();
      start([database]);

      await test.log.until(CURE);
      await until("it is tried again", () => test.runner.status.phase === "starting");

      assertEquals(test.log.countOf(CURE), 1);
      assertEquals(await database.state(uuid), "pending");
    });

    it("is put up with by a single runner, which polls and locks nothing", async () => {
      const database = await scene.postgres.database("16.0");
      const other = await scene.postgres.database("16.0-2025");
      const uuids = await database.addJobs({}, {}, {});
      start([database, other], { pollIntervalMs: 100 });

      await database.untilAll("done");
      const served = [await other.addJob(), await other.addJob({ etaInMs: 300 })];
      uuids.push(await database.addJob());
      await database.untilAll("done");
      await other.untilAll("done");

      const status = test.runner.status.databases.find((it) => it.name === database.name);
      assertEquals(status?.state, "ready");
      assertMatch(status?.reason ?? "", /^its jobs are read every 0.1 s: .*LISTEN does not work/);
      assertEquals(test.log.countOf(CURE), 2);
      assertEquals(scene.runsOf(database, uuids), ONCE);
      assertEquals(scene.runsOf(other, served), ONCE);
      const locks = await scene.postgres.admin`
        select 1 from pg_locks join pg_database on pg_database.oid = pg_locks.database
        where locktype = 'advisory' and datname in (${database.name}, ${other.name})`;
      assertEquals(locks.length, 0);
    });
  });
}
