import { assert, assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const HOUR_MS = 3_600_000;

/**
 * A `clock_timestamp` that comes before PostgreSQL's own: ahead by what the comment on the role
 * says, which is the same in all databases.
 */
const STEPPING_CLOCK = `
  create schema stepping;
  create function stepping.clock_timestamp() returns timestamptz language sql volatile as $$
    select pg_catalog.clock_timestamp()
      + coalesce(shobj_description(current_user::regrole, 'pg_authid'), '0')::interval $$`;

describe("PostgreSQL's clock", () => {
  let scene: FaultScene;
  let database: TestDatabase;
  let test: TestRunner;

  beforeAll(async () => {
    scene = await FaultScene.start("16.0", { isOwn: true });
    const { admin, cluster } = scene.postgres;
    // Its tables are to be in their usual place.
    await scene.postgres.database("16.0");
    await admin.unsafe(STEPPING_CLOCK);
    await admin.unsafe(`alter role ${cluster.user} set search_path = stepping, pg_catalog, public`);
  });
  beforeEach(async () => {
    database = await scene.postgres.database("16.0");
    await database.sql.unsafe(STEPPING_CLOCK);
    test = scene.run([database]);
    await test.untilReady(database);
  });
  afterEach(async () => {
    await step("0");
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  async function step(ahead: string): Promise<void> {
    await scene.postgres.admin.unsafe(
      `comment on role ${scene.postgres.cluster.user} is '${ahead}'`,
    );
  }

  it("steps an hour forward, and a job that is due by then runs at once", async () => {
    const uuid = await database.addJob({ etaInMs: HOUR_MS });
    await until("it waits", () => test.runner.status.channels[0]!.waiting === 1);

    await step("1 hour");

    await database.untilState(uuid, "done");
    assertEquals(scene.runsOf(database, [uuid]), ONCE);
    assertEquals(test.log.complaints, []);
  });

  it("steps an hour back, and what is due runs, what no longer is waits", async () => {
    await step("-1 hour");
    await until("it is noticed", () => test.runner.status.nowMs < Date.now() - HOUR_MS / 2);

    const [early, due] = await database.addJobs({ etaInMs: -HOUR_MS / 2 }, {});
    await database.untilState(due!, "done");
    const state = await database.state(early!);
    await step("0");

    await database.untilState(early!, "done");
    assertEquals(state, "pending");
    assertEquals(scene.runsOf(database, [early!, due!]), ONCE);
    assertEquals(test.log.complaints, []);
  });

  it("does not follow the clock of this machine", async () => {
    const wallClock = Date.now;
    try {
      for (const stepMs of [HOUR_MS, -HOUR_MS]) {
        Date.now = () => wallClock() + stepMs;
        const [later, due] = await database.addJobs({ etaInMs: HOUR_MS / 2 }, {});

        await database.untilState(due!, "done");

        assertEquals(await database.state(later!), "pending");
        assert(Math.abs(test.runner.status.nowMs - wallClock()) < HOUR_MS / 2);
      }
    } finally {
      Date.now = wallClock;
    }
  });
});
