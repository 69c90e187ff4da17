import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import process from "node:process";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import { until } from "../support/until.ts";

describe("a PostgreSQL that restarts", () => {
  let scene: FaultScene;

  beforeAll(async () => {
    scene = await FaultScene.start("16.0", { isOwn: true });
  });
  afterAll(() => scene.stop());

  it("loses no job and has none run twice", async () => {
    const { cluster, admin } = scene.postgres;
    // What is committed is to outlive the crash.
    await admin.unsafe(`alter role "${cluster.user}" set synchronous_commit = on`);
    const database = await scene.postgres.database("16.0");
    const test = scene.run([database]);
    await test.untilReady(database);
    const jobs = await database.addJobs({}, {}, { etaInMs: 1_500 }, { etaInMs: 3_000 });
    for (const uuid of jobs.slice(0, 2)) await database.untilState(uuid, "done");
    await until("no answer is awaited", () => test.runner.status.databases[0]!.inFlight === 0);
    const [row] = await admin`
      select pid from pg_stat_activity where application_name like 'odoo_jobrunner%'`;

    // One backend dies: the server ends all others and recovers, for clients a restart.
    process.kill(Number(row!["pid"]), "SIGKILL");
    await test.log.until("no longer leads");
    await test.log.until("trying again");
    await until("it is back", async () => {
      return await database.addJob().then((it) => jobs.push(it), () => false) !== false;
    });

    await test.untilReady(database);
    await database.untilAll("done");
    await test.stop();
    assertEquals(scene.runsOf(database, jobs), ONCE);
  });
});
