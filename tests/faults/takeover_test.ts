import { assert, assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import type { RunnerStatus } from "../../src/status.ts";
import { FaultScene, LEADER, ONCE } from "../support/fault_scene.ts";
import { HostProcess } from "../support/host_process.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** What is promised of a leader whose end the server sees. */
const TAKEOVER_MS = 5_000;
const LEADS = /this job runner leads now/;

describe("a leader that is no more", () => {
  let scene: FaultScene;
  let database: TestDatabase;
  /** In Odoo's hands when it happens, and waiting behind them. */
  let working: string[];
  let waiting: string[];

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  beforeEach(async () => {
    database = await scene.postgres.database("16.0");
    working = await database.addJobs(...Array(2).fill({ plan: { workMs: 60_000 } }));
    waiting = await database.addJobs({}, {}, {});
  });
  afterAll(() => scene.stop());

  const untilWorking = async () => {
    for (const uuid of working) {
      await until("it works", () => scene.requestsOf(database, uuid).working === 1);
      await database.untilState(uuid, "started");
    }
  };

  /** All places are taken by what the other has begun; when that is over, the rest runs. */
  async function assertGoesOn(rootOf: () => Promise<RunnerStatus["channels"][0] | undefined>) {
    await until("what runs is counted", async () => {
      const root = await rootOf();
      return root?.running === 2 && root.waiting === 3;
    });
    assertEquals(await database.counts(), { started: 2, pending: 3 });
    for (const uuid of working) scene.odoo.workers.finish({ database: database.name, uuid });
    await database.untilAll("done");
    assertEquals(scene.runsOf(database, [...working, ...waiting]), ONCE);
  }

  describe("as a process", () => {
    const hosts: HostProcess[] = [];
    afterEach(async () => {
      for (const host of hosts.splice(0)) await host.stop();
      await scene.calm();
    });

    async function start(): Promise<HostProcess> {
      const host = await HostProcess.start(
        [
          ...["--database", database.name, "--host", "127.0.0.1"],
          ...["--port", String(scene.odoo.port), "--channels", "root:2", "--health-port", "0"],
        ],
        scene.postgres.server.environment(),
      );
      hosts.push(host);
      return host;
    }

    for (const [how, signal] of [["kill -9", "SIGKILL"], ["a stop", "SIGTERM"]] as const) {
      it(`is followed within 5 s after ${how}, and no job runs twice`, async () => {
        const first = await start();
        await untilWorking();
        const second = await start();
        await second.untilLine(/another job runner leads; standing by/);
        const [, url] = await second.untilLine(/health server: (http:[^ ]*)$/);

        const sinceMs = performance.now();
        first.signal(signal);
        await second.untilLine(LEADS);
        const tookMs = performance.now() - sinceMs;

        assert(tookMs < TAKEOVER_MS, `took over after ${tookMs} ms`);
        await assertGoesOn(async () => {
          const response = await fetch(url!, { headers: { connection: "close" } });
          return (await response.json() as RunnerStatus).channels.find((it) => it.name === "root");
        });
      });
    }
  });

  describe("as seen from the network", () => {
    let first: TestRunner;
    let second: TestRunner;
    const channels = "root:2";

    /** Both are to notice nothing by themselves, if it must be so. */
    async function start(heartbeatMs: number): Promise<void> {
      const heartbeats = { heartbeatIntervalMs: heartbeatMs, heartbeatDeadlineMs: heartbeatMs };
      first = scene.run([database], { channels, ...heartbeats });
      await untilWorking();
      const { connection } = scene.postgres;
      second = scene.run([database], { channels, connection });
      await second.log.until("standing by");
    }
    afterEach(async () => {
      // What the first still waits for has ended long since.
      await scene.toPostgres.accept();
      scene.toPostgres.isSwallowingNew = false;
      await first.stop();
      await second.stop();
      await scene.calm();
    });

    async function untilSecondLeads(): Promise<void> {
      const sinceMs = performance.now();
      await second.log.until("this job runner leads now");
      const tookMs = performance.now() - sinceMs;
      assert(tookMs < TAKEOVER_MS, `took over after ${tookMs} ms`);
    }
    /** Ends the backends that hold locks of ours. */
    async function dropHolders(...databases: readonly { readonly name: string }[]): Promise<void> {
      await scene.postgres.admin`
        select pg_terminate_backend(pid) from pg_locks
        join pg_database on pg_database.oid = pg_locks.database
        where locktype = 'advisory' and datname = any(${databases.map((it) => it.name)}::text[])`;
    }

    const rootOfSecond = () => {
      return Promise.resolve(second.runner.status.channels.find((it) => it.name === "root"));
    };

    it("is followed within 5 s after a reset", async () => {
      await start(60_000);

      scene.toPostgres.refuse();
      scene.toPostgres.cut({ withReset: true });

      await untilSecondLeads();
      await assertGoesOn(rootOfSecond);
    });

    it("is followed within 5 s after the server has dropped its vanished connections", async () => {
      await start(60_000);

      scene.toPostgres.isSwallowingNew = true;
      scene.toPostgres.swallow();
      // By tcp_keepalives_* and tcp_user_timeout; the proxy's own side would live on.
      await dropHolders(LEADER, database);

      await untilSecondLeads();
      assertEquals(first.runner.status.phase, "running");
      await assertGoesOn(rootOfSecond);
    });

    it("keeps the databases whose locks it still holds, and they run once", async () => {
      await start(60_000);

      scene.toPostgres.swallow(scene.linksTo(LEADER));
      await dropHolders(LEADER);
      await untilSecondLeads();
      await until("it finds the database locked", () => second.stateOf(database) === "standby");
      for (const uuid of working) scene.odoo.workers.finish({ database: database.name, uuid });
      await database.untilAll("done");

      assertEquals(first.runner.status.phase, "running");
      assertEquals(scene.runsOf(database, [...working, ...waiting]), ONCE);
    });
  });
});
