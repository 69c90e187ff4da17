import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { FaultScene, LEADER } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

describe("a stop while a job is claimed and its session is lost", () => {
  let scene: FaultScene;
  let database: TestDatabase;
  let test: TestRunner;
  let uuid: string;

  beforeAll(async () => {
    scene = await FaultScene.start("10.0");
  });
  beforeEach(async () => {
    database = await scene.postgres.database("10.0");
    uuid = await database.addJob();
  });
  afterEach(() => scene.calm());
  afterAll(() => scene.stop());

  /** Resolves when the job is enqueued, and this has been done instead of telling the runner. */
  async function run(insteadOfTheAnswer: () => void, drainTimeoutMs = 10_000): Promise<void> {
    let isDone = false;
    scene.toPostgres.filter = ({ isRequest, bytes }) => {
      if (isDone || isRequest || !/UPDATE [1-9]/.test(bytes.toString("latin1"))) return bytes;
      isDone = true;
      insteadOfTheAnswer();
      return null;
    };
    test = scene.run([database], { drainTimeoutMs });
    await until("the job is claimed", () => isDone);
    assertEquals(await database.state(uuid), "enqueued");
  }

  const cut = (name: string) => {
    for (const link of scene.linksTo({ name })) link.cut({ withReset: true });
  };

  it("makes a new session that puts it back", async () => {
    await run(() => {
      scene.toPostgres.refuse();
      cut(database.name);
    });
    await test.log.until("trying again");

    const stopped = test.stop();
    await scene.toPostgres.accept();
    await stopped;

    assertEquals(await database.state(uuid), "pending");
    assertEquals(scene.requestsOf(database, uuid).arrivals, 0);
    assertEquals(test.log.countOf("not put back in time"), 0);
  });

  it("does the same when it has lost the lead, and nobody else has it", async () => {
    await run(() => {
      scene.toPostgres.refuse();
      cut(database.name);
      cut(LEADER.name);
    });
    await test.log.until("no longer leads");

    const stopped = test.stop();
    await scene.toPostgres.accept();
    await stopped;

    assertEquals(await database.state(uuid), "pending");
    assertEquals(scene.requestsOf(database, uuid).arrivals, 0);
  });

  it("leaves it to another runner that leads by then", async () => {
    await run(() => {
      scene.toPostgres.refuse();
      cut(database.name);
      cut(LEADER.name);
    }, 60_000);
    await test.log.until("no longer leads");
    const other = scene.run([database], { connection: scene.postgres.connection });
    await other.untilReady(database);

    const stopped = test.stop();
    await scene.toPostgres.accept();
    await stopped;
    await other.stop();

    assertEquals(await database.state(uuid), "enqueued");
    assertEquals(test.log.countOf("not put back in time, maybe left enqueued: 1"), 1);
  });

  it("gives up in time, and says how many are left", async () => {
    await run(() => {
      scene.toPostgres.refuse();
      cut(database.name);
    }, 500);
    await test.log.until("trying again");

    await test.stop();

    assertEquals(await database.state(uuid), "enqueued");
    assertEquals(test.log.countOf("not put back in time, maybe left enqueued: 1"), 1);
  });
});
