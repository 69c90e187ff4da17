import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

describe("an UPDATE that PostgreSQL refuses", () => {
  let scene: FaultScene;
  let database: TestDatabase;
  let test: TestRunner;

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  /** Has PostgreSQL refuse the next claims of ours with this SQLSTATE. */
  async function refuse(code: string, message: string, times: number): Promise<void> {
    await database.sql.unsafe(`
      create sequence if not exists refusals;
      alter sequence refusals restart;
      create or replace function refuse() returns trigger language plpgsql as $$ begin
        if current_setting('application_name') like 'odoo_jobrunner%'
            and nextval('refusals') <= ${times} then
          raise exception '${message}' using errcode = '${code}';
        end if;
        return new;
      end $$;
      create or replace trigger refuse before update on queue_job
        for each row when (new.state = 'enqueued') execute function refuse()`);
  }

  it("for another transaction's sake is sent again at once, its database not held", async () => {
    database = await scene.postgres.database("16.0");
    test = scene.run([database]);
    await test.untilReady(database);
    const jobs: string[] = [];

    for (const [code, message] of [["40001", "not serializable"], ["40P01", "deadlock"]] as const) {
      for (let round = 0; round < 2; round++) {
        await refuse(code, message, 2);
        const uuids = await database.addJobs({}, {}, {});
        await database.untilAll("done");
        jobs.push(...uuids);
      }
    }

    assertEquals(scene.runsOf(database, jobs), ONCE);
    assertEquals(test.log.complaints, [
      `WARNING ${database.name}: sent again: not serializable`,
      `WARNING ${database.name}: sent again: deadlock`,
    ]);
  });

  it("because a disk is full is told once; its database waits, then goes on", async () => {
    database = await scene.postgres.database("16.0");
    const other = await scene.postgres.database("16.0");
    test = scene.run([database, other]);
    await test.untilReady(database, other);
    const full = "could not extend file: No space left on device";

    await refuse("53100", full, 3);
    const uuids = await database.addJobs({}, {}, {});
    await until("it is held", () => test.stateOf(database) === "recovering");
    const status = test.runner.status.databases.find((it) => it.name === database.name);
    const served = await other.addJob();
    await other.untilState(served, "done");

    await database.untilAll("done");
    assertEquals(scene.runsOf(database, uuids), ONCE);
    assertMatch(status?.reason ?? "", /^cannot claim: could not extend file/);
    assertEquals(test.log.countOf(full), 1);
    assertEquals(test.log.complaints.length, 1);
  });
});
