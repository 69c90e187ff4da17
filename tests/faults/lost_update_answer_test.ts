import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, HastyClock, ONCE } from "../support/fault_scene.ts";
import type { Passage, ProxiedLink } from "../../scripts/faults/tcp_proxy.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";

const CUTS: Readonly<Record<string, (link: ProxiedLink) => void>> = {
  "a reset": (link) => link.cut({ withReset: true }),
  "an end": (link) => link.cut({ withReset: false }),
  "silence": (link) => link.swallow(),
};

describe("an UPDATE that claims jobs", () => {
  let scene: FaultScene;
  let test: TestRunner;

  beforeAll(async () => {
    scene = await FaultScene.start("8.0");
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  /** One database for each way to end, whose first claim meets it. Answers their jobs. */
  async function run(isTheMoment: (passage: Passage) => boolean) {
    const jobs = new Map<TestDatabase, string[]>();
    const cuts = new Map<string, (link: ProxiedLink) => void>();
    for (const cut of Object.values(CUTS)) {
      const database = await scene.postgres.database("8.0");
      jobs.set(database, await database.addJobs({}, {}, {}));
      cuts.set(database.name, cut);
    }
    scene.toPostgres.filter = (passage) => {
      const name = [...cuts.keys()].find((it) => passage.link.opening.includes(`\0${it}\0`));
      if (name === undefined || !isTheMoment(passage)) return passage.bytes;
      cuts.get(name)!(passage.link);
      cuts.delete(name);
      return null;
    };
    test = scene.run([...jobs.keys()], {
      channels: "root:100",
      connection: {
        ...scene.postgres.connection,
        ...{ host: "127.0.0.1", port: scene.toPostgres.port, statementTimeoutMs: 1_000 },
      },
      // The server's limit and five seconds: by then a statement has had no answer. And the pause
      // after an administrator's word.
      clock: new HastyClock({ 6_000: 1_500, 3_000: 200 }),
      random: () => 0,
    });
    for (const database of jobs.keys()) await database.untilAll("done");
    assertEquals(cuts.size, 0, "every cut had its moment");
    for (const [database, uuids] of jobs) assertEquals(scene.runsOf(database, uuids), ONCE);
  }

  it("has every job asked for once when its answer is lost after the commit", async () => {
    await run(({ isRequest, bytes }) =>
      !isRequest && /UPDATE [1-9]/.test(bytes.toString("latin1"))
    );

    assertEquals(test.log.countOf("trying again"), 3);
  });

  it("has every job asked for once when it never reaches the server", async () => {
    await run(({ isRequest, bytes }) => isRequest && bytes.includes("update queue_job"));

    assertEquals(test.log.countOf("trying again"), 3);
  });
});
