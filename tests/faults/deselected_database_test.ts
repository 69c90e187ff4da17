import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { FaultScene } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner, TestRunnerOptions } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

describe("a database that is not chosen any more while its session is lost", () => {
  let scene: FaultScene;
  let kept: TestDatabase;
  let left: TestDatabase;
  let test: TestRunner;
  let uuid: string;

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  beforeEach(async () => {
    [kept, left] = [await scene.postgres.database("16.0"), await scene.postgres.database("16.0")];
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  /** Resolves when a job of it is enqueued, its session gone, and no other to be had. */
  async function lose(options: Partial<TestRunnerOptions> = {}): Promise<void> {
    test = scene.run([kept, left], options);
    await test.untilReady(kept, left);
    let isLost = false;
    scene.toPostgres.filter = ({ link, isRequest, bytes }) => {
      if (!link.opening.includes(`database\0${left.name}\0`)) return bytes;
      isLost ||= !isRequest && /UPDATE [1-9]/.test(bytes.toString("latin1"));
      if (!isLost) return bytes;
      link.cut({ withReset: true });
      return null;
    };
    uuid = await left.addJob();
    await test.log.until("trying again");
    assertEquals([isLost, await left.state(uuid)], [true, "enqueued"]);
  }

  const chosen = (...databases: TestDatabase[]) => {
    return { databaseFilter: new RegExp(`^(${databases.map((it) => it.name).join("|")})$`) };
  };
  const untilLeft = () => until("it is left", () => test.stateOf(left) === undefined);

  for (const how of ["name", "filter"]) {
    it(`is left by a new session that puts back what was never sent (by ${how})`, async () => {
      const isNamed = how === "name";
      await lose(isNamed ? {} : { databases: null, ...chosen(kept, left) });
      const late = await left.addJob();

      test.runner.reconfigure(isNamed ? { databases: [kept.name] } : chosen(kept));
      await test.log.until("database is no longer served");
      const { running } = test.runner.status.channels[0]!;
      scene.toPostgres.filter = null;
      await untilLeft();

      assertEquals(running, 1);
      assertEquals([await left.state(uuid), await left.state(late)], ["pending", "pending"]);
      for (const it of [uuid, late]) assertEquals(scene.requestsOf(left, it).arrivals, 0);
      const next = await kept.addJob();
      await kept.untilState(next, "done");
      assertEquals(test.log.countOf("not put back in time"), 0);
    });
  }

  it("is let go in time where no session comes, and it is said what is left", async () => {
    await lose({ drainTimeoutMs: 500 });

    test.runner.reconfigure({ databases: [kept.name] });
    await untilLeft();

    assertEquals(test.log.countOf("not put back in time, maybe left enqueued: 1"), 1);
    assertEquals(test.runner.status.channels[0]!.running, 0);
  });
});
