import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import type { SteerTarget } from "../../src/steering.ts";
import { AskedRunner, kindsOf } from "../support/asked_runner.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const AT_WORK = { plan: { workMs: 60_000 } };

describe("steering a runner at work", () => {
  let postgres: TestPostgres;
  let odoo: StandInOdoo;
  let database: TestDatabase;
  let other: TestDatabase;
  let asked: AskedRunner;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    const generation = generationNamed("16.0");
    odoo = await StandInOdoo.start({ generation, server: postgres.server, workers: 8 });
  });
  afterEach(async () => {
    await asked.stop();
    assertEquals(await postgres.backends(), 0);
  });
  afterAll(async () => {
    await odoo.stop();
    await postgres.stop();
  });

  async function serve(channels: string): Promise<void> {
    [database, other] = [await postgres.database("16.0"), await postgres.database("16.0")];
    const databases = [database, other];
    asked = await AskedRunner.serve(
      TestRunner.start(postgres, { databases, port: odoo.port, channels }),
    );
    await asked.test.untilReady(...databases);
  }

  const steering = () => asked.test.runner.steering;
  const workingOf = ({ name }: TestDatabase) => {
    const theirs = odoo.requests.all().filter((it) => it.job.database === name);
    return theirs.reduce((sum, it) => sum + it.working, 0);
  };
  const untilWorking = (count: number) => {
    return until(`${count} jobs work`, () => workingOf(database) === count);
  };

  it("pauses a channel while jobs of it run, and resumes it", async () => {
    await serve("root:9,mail:2");
    await database.addJobs({ channel: "mail", ...AT_WORK }, { channel: "mail", ...AT_WORK });
    await untilWorking(2);

    steering().pause({ what: "channel", name: "mail" }, "anna");
    const [held, free] = await database.addJobs({ channel: "mail" }, { channel: "stock" });
    await database.untilState(free!, "done");
    steering().changeCapacity("root.mail", 3, "anna");
    const { answer } = await asked.untilWhy(database, held!, "pausedBy");
    const states = [await database.state(held!), workingOf(database)];
    const shown = asked.test.runner.overview.view.steering;
    steering().resume({ what: "channel", name: "mail" }, "anna");
    await database.untilState(held!, "done");

    assertEquals(states, ["pending", 2]);
    assertEquals([shown.paused[0]?.name, shown.capacities[0]?.capacity], ["root.mail", 3]);
    assertStringIncludes(answer, "channel root.mail is paused by anna since 20");
  });

  it("pauses a database: others go on, what it runs keeps its places", async () => {
    await serve("root:2");
    const runs = await database.addJob(AT_WORK);
    await untilWorking(1);

    steering().pause({ what: "database", name: database.name }, "anna");
    await until("it is paused", () => asked.test.stateOf(database) === "paused");
    const held = await database.addJob({ priority: 1 });
    await database.sql`update queue_job set priority = 2 where uuid = ${held}`;
    const theirs = await other.addJobs(AT_WORK, {});
    await other.untilState(theirs[0]!, "started");
    const why = await asked.untilWhy(database, held, "pausedBy");
    const seen = {
      running: asked.test.runner.status.channels[0]!.running,
      states: [await database.state(held), await database.state(runs)],
      theirs: await other.state(theirs[1]!),
      reason: asked.test.runner.status.databases.find((it) => it.name === database.name)?.reason,
      why: kindsOf(asked.test.runner.why.explainDatabase(database.name)),
    };
    steering().resume({ what: "database", name: database.name }, "anna");
    await asked.untilWhy(database, held, "full");
    steering().changeCapacity("root", 4, "anna");
    await database.untilState(held, "done");

    assertStringIncludes(why.answer, `database ${database.name} is paused by anna since 20`);
    assertEquals(seen, {
      running: 2,
      states: ["pending", "started"],
      // root:2 is full: one of each database.
      theirs: "pending",
      reason: "paused by anna",
      why: ["pausedBy"],
    });
  });

  it("pauses everything, and resumes it", async () => {
    await serve("root:9");
    const everything: SteerTarget = { what: "everything", name: null };

    steering().pause(everything, "anna");
    const held = [await database.addJob(), await other.addJob()];
    const { answer } = await asked.untilWhy(database, held[0]!, "pausedBy");
    const waiting = () => asked.test.runner.status.channels[0]!.waiting;
    await until("both wait", () => waiting() === 2);
    const states = [await database.state(held[0]!), await other.state(held[1]!)];
    steering().resume(everything, "anna");
    await database.untilState(held[0]!, "done");
    await other.untilState(held[1]!, "done");

    assertStringIncludes(answer, "everything is paused by anna since 20");
    assertEquals(states, ["pending", "pending"]);
  });

  it("gives a channel more and less capacity without losing a place", async () => {
    await serve("root:9,mail:1");
    await database.addJobs(...Array(4).fill({ channel: "mail", ...AT_WORK }));
    await untilWorking(1);

    steering().changeCapacity("mail", 3, "anna");
    await untilWorking(3);
    steering().changeCapacity("mail", 1, "anna");
    const placesOf = () => asked.test.runner.why.explainChannel("mail")!.path[0]!;
    const { taken, capacity } = placesOf();
    await database.sql`update queue_job set state = 'cancelled' where id = (
      select min(id) from queue_job where state = 'started')`;
    await until("one place is free", () => placesOf().taken === 2);
    const held = kindsOf(asked.test.runner.why.explainChannel("mail")!);
    steering().changeCapacity("mail", null, "anna");

    assertEquals([taken, capacity, held], [3, 1, ["order", "full"]]);
    assertEquals([placesOf().capacity, steering().status.capacities], [1, []]);
  });
});
