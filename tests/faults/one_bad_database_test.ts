import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** What may be wrong with one database, how it shows, and how it is put right. */
interface Fault {
  readonly name: string;
  readonly make: (database: TestDatabase) => Promise<unknown>;
  readonly reason: RegExp;
  readonly cure: (database: TestDatabase) => Promise<unknown>;
}

describe("one bad database", () => {
  let scene: FaultScene;
  let test: TestRunner;

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  const admin = (sql: string) => scene.postgres.admin.unsafe(sql);
  /** As Odoo does it before it drops or renames: all connections are ended. */
  const terminate = ({ name }: TestDatabase) => {
    return scene.postgres.admin`
      select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
  };
  const statusOf = ({ name }: { readonly name: string }) => {
    return test.runner.status.databases.find((it) => it.name === name);
  };

  const FAULTS: readonly Fault[] = [
    {
      name: "refuses connections",
      make: async (it) => {
        await admin(`alter database "${it.name}" allow_connections false`);
        await terminate(it);
      },
      reason: /is not currently accepting connections/,
      cure: (it) => admin(`alter database "${it.name}" allow_connections true`),
    },
    {
      name: "is read-only",
      make: async (it) => {
        await admin(`alter database "${it.name}" set default_transaction_read_only = on`);
        await terminate(it);
      },
      reason: /^cannot claim: .* in a read-only transaction/,
      cure: async (it) => {
        await admin(`alter database "${it.name}" reset default_transaction_read_only`);
        await terminate(it);
      },
    },
    {
      name: "has another table than it should",
      make: ({ sql }) => sql`alter table queue_job rename column eta to eta2`,
      reason: /column "eta" does not exist/,
      cure: ({ sql }) => sql`alter table queue_job rename column eta2 to eta`,
    },
    {
      name: "was dropped, and is restored",
      make: async (it) => {
        await it.release();
        await terminate(it);
        await admin(`alter database "${it.name}" rename to "${it.name} away"`);
      },
      reason: /does not exist/,
      cure: (it) => admin(`alter database "${it.name} away" rename to "${it.name}"`),
    },
  ];

  it("says once why it is not served while the others are, and is served again", async () => {
    const good = await scene.postgres.database("16.0");
    const bad = new Map<Fault, TestDatabase>();
    for (const fault of FAULTS) bad.set(fault, await scene.postgres.database("16.0"));
    test = scene.run([good, ...bad.values()]);
    await test.untilReady(good, ...bad.values());
    const jobs = new Map<TestDatabase, string[]>();
    for (const it of bad.values()) jobs.set(it, [await it.addJob({ etaInMs: 2_000 })]);

    for (const [fault, database] of bad) await fault.make(database);
    for (const [{ reason, name }, database] of bad) {
      await until(`the status tells what ${name}`, () => {
        const status = statusOf(database);
        return status?.state === "recovering" && reason.test(status.reason ?? "");
      });
    }
    jobs.set(good, await good.addJobs({}, {}, {}));
    await good.untilAll("done");
    const stateOfGood = test.stateOf(good);
    for (const [{ cure }, database] of bad) await cure(database);

    for (const [database, uuids] of jobs) {
      await database.untilAll("done");
      assertEquals(scene.runsOf(database, uuids), ONCE);
    }
    assertEquals(stateOfGood, "ready");
    for (const [{ reason, name }, database] of bad) {
      const told = test.log.all.filter((it) => {
        return it.database === database.name && reason.test(it.text.replace(/^.*while: /, ""));
      });
      assertEquals(told.length, 1, name);
    }
  });

  it("is quarantined when it fails again and again, and tried at once when asked for", async () => {
    const database = await scene.postgres.database("16.0");
    await database.release();
    await admin(`alter database "${database.name}" allow_connections false`);
    test = scene.run([database]);

    await until("it is quarantined", () => test.stateOf(database) === "quarantined");
    await until("it waits for long", () => scene.linksTo(database).length === 0);
    const { reason } = statusOf(database)!;
    await admin(`alter database "${database.name}" allow_connections true`);
    test.runner.lookNow();

    await test.untilReady(database);
    assertEquals(/not currently accepting connections/.test(reason ?? ""), true);
    const told = test.log.complaints.map((it) => it.replace(/^.*?: (\w+).*$/, "$1"));
    assertEquals(told, ["database", "quarantined"]);
  });

  it("is let go when it is renamed, and served by its new name", async () => {
    const first = await scene.postgres.database("16.0");
    const other = await scene.postgres.database("16.0");
    const names = [first.name, other.name, `${first.name}_renamed`];
    test = scene.run(null, {
      databaseFilter: new RegExp(`^(${names.join("|")})$`),
      discoveryIntervalMs: 100,
    });
    await test.untilReady(first, other);
    const uuid = await first.addJob({ etaInMs: 500 });
    await first.release();

    await terminate(first);
    await admin(`alter database "${first.name}" rename to "${first.name}_renamed"`);
    const served = await other.addJob();
    await other.untilState(served, "done");

    const { server } = scene.postgres;
    const renamed = new TestDatabase(server, `${first.name}_renamed`, first.generation);
    await test.untilReady(renamed);
    await renamed.untilState(uuid, "done");
    await renamed.release();
    assertEquals(scene.runsOf(renamed, [uuid]), ONCE);
    assertEquals(statusOf(first), undefined);
    assertEquals(test.stateOf(other), "ready");
    await server.dropDatabase(renamed.name);
  });
});
