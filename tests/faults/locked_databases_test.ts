import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

describe("a database whose lock another job runner holds", () => {
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

  /** As a stock runner does it; answers how it ends. */
  async function holdLock({ sql }: TestDatabase): Promise<() => Promise<void>> {
    const stock = await sql.reserve();
    await stock`select pg_advisory_lock(2293787760715711918)`;
    return async () => {
      await stock`select pg_advisory_unlock(2293787760715711918)`;
      stock.release();
    };
  }

  it("costs one session that waits, and is led as soon as the lock is free", async () => {
    const database = await scene.postgres.database("16.0");
    const uuid = await database.addJob();
    const letGo = await holdLock(database);
    test = scene.run([database]);
    await until("it stands by", () => test.stateOf(database) === "standby");
    const asked = await until("the lock was asked for once more", async () => {
      const [row] = await scene.postgres.admin`
        select state_change from pg_stat_activity where datname = ${database.name}
        and application_name like 'odoo_jobrunner%' and query like '%pg_try_advisory_lock%'`;
      return row?.["state_change"] as Date | undefined;
    });
    await until("and again", async () => {
      const [row] = await scene.postgres.admin`
        select 1 from pg_stat_activity where datname = ${database.name}
        and application_name like 'odoo_jobrunner%' and state_change > ${asked}
        and xact_start is null`;
      return row !== undefined;
    });
    const sessions = scene.linksTo(database).length;
    const state = await database.state(uuid);

    await letGo();

    await database.untilState(uuid, "done");
    assertEquals([sessions, state], [1, "pending"]);
    assertEquals(scene.toPostgres.connectionCount, 2);
    assertEquals(test.log.countOf("standby: another job runner holds its lock"), 1);
    assertEquals(test.log.complaints, []);
    assertEquals(scene.runsOf(database, [uuid]), ONCE);
  });
});
