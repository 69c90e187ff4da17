import { assert, assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, HastyClock, LEADER, ONCE } from "../support/fault_scene.ts";
import { until } from "../support/until.ts";

const ROUNDS = 30;

describe("pg_terminate_backend, again and again,", () => {
  let scene: FaultScene;

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  afterAll(() => scene.stop());

  it("loses no job, has none run twice, and does not make us connect without pause", async () => {
    const database = await scene.postgres.database("16.0");
    const uuids = await database.addJobs(...Array(20 * ROUNDS).fill({ plan: { workMs: 5 } }));
    const test = scene.run([database], {
      // The pause after an administrator's word.
      clock: new HastyClock({ 3_000: 50 }),
      random: () => 0,
    });
    const doneCount = async () => (await database.counts())["done"] ?? 0;
    const connectionsBefore = scene.toPostgres.connectionCount;
    let terminated = 0;

    for (let round = 0; round < ROUNDS; round++) {
      const before = await doneCount();
      await until(`jobs run in round ${round}`, async () => await doneCount() > before);
      // Now the one's turn, now the other's.
      const { name } = round % 3 === 0 ? LEADER : database;
      terminated += await scene.postgres.terminate(name);
    }

    await until("all are done", async () => await doneCount() === uuids.length, 60_000);
    const connections = scene.toPostgres.connectionCount - connectionsBefore;
    await test.stop();
    assertEquals(scene.runsOf(database, uuids), ONCE);
    assert(terminated >= ROUNDS / 2, `terminated ${terminated}`);
    // Who loses the lead loses two, and each comes back once; at the start there were two.
    assert(connections <= 2 * ROUNDS + 2, `${connections} connections`);
    await scene.calm();
  });
});
