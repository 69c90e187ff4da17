import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import { TestDatabase } from "../support/test_postgres.ts";

const UUIDS = [
  `it's "quoted"`,
  `'; drop table queue_job; --`,
  "a&b=c#d?e/f%20g+h",
  "back\\slash {1,2} $1 ${2}",
  "null",
  "ünïcödé ☃ 😀",
  "line\nbreak\ttab",
  "x".repeat(200),
];

describe("odd names", () => {
  let scene: FaultScene;

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  afterAll(() => scene.stop());

  for (const name of [`a b'; drop database "postgres"; --`, "Ünï.cödé&db=x#?%2F", "$user\\"]) {
    it(`run their jobs: a database ${name}, and uuids of all kinds`, async () => {
      const { server } = scene.postgres;
      const original = await scene.postgres.database("16.0");
      const odd = await server.createDatabase(name, original.name);
      const database = new TestDatabase(server, odd, original.generation);
      const test = scene.run([database]);
      const uuids = await database.addJobs(...UUIDS.map((uuid) => ({ uuid })));
      await test.untilReady(database);
      uuids.push(...await database.addJobs(...UUIDS.map((uuid) => ({ uuid: `heard ${uuid}` }))));

      await database.untilAll("done");
      await test.stop();
      await database.release();

      assertEquals(scene.runsOf(database, uuids), ONCE);
      assertEquals(test.log.complaints, []);
    });
  }
});
