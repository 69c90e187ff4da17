import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import { TestDatabase } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

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

/** All that is no channel of ours is made on the fly. */
const CHANNELS = [
  "..",
  ".",
  "root..mail",
  "<script>alert(1)</script>",
  "a\nb\tc\u001b[2J",
  `'; drop table queue_job; --`,
  "root.constructor.__proto__",
  "x.".repeat(100) + "x",
  "y".repeat(100_000),
  "\ud83d\ude00".repeat(50),
  " ",
  "",
];

/** What a NOTIFY may bring that no trigger has sent. */
const PAYLOADS = [
  "",
  "x".repeat(7_999),
  "\u0001\u0002\u001b[31m\u007f\ufffd",
  `{"uuid": "a"}`,
  `'; drop table queue_job; --`,
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
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

  it("of channels run their jobs, and show as what they are", async () => {
    const database = await scene.postgres.database("16.0");
    const test = scene.run([database], { channels: "root:4,mail:2" });
    await test.untilReady(database);

    const uuids = await database.addJobs(...CHANNELS.map((channel) => ({ channel })));
    await database.untilAll("done");
    await until("the empty ones go", () => test.runner.status.channels.length === 2);
    const channels = test.runner.status.channels;
    await test.stop();

    assertEquals(scene.runsOf(database, uuids), ONCE);
    assertEquals(test.log.complaints, []);
    assertEquals(channels.map(({ name }) => name), ["root", "root.mail"]);
  });

  it("in notifications cost nothing", async () => {
    const database = await scene.postgres.database("16.0");
    const test = scene.run([database]);
    await test.untilReady(database);

    for (const payload of PAYLOADS) {
      await database.sql`select pg_notify('queue_job', ${payload})`;
    }
    const uuid = await database.addJob();
    await database.untilState(uuid, "done");
    await test.stop();

    assertEquals(scene.runsOf(database, [uuid]), ONCE);
    assertEquals(test.log.complaints, []);
  });
});
