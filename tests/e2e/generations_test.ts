import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { OdooFront } from "../../scripts/faults/odoo_front.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const NAMES = ["8.0", "10.0", "12.0", "16.0", "16.0-2025"];

describe("a runner for databases of several generations", () => {
  let postgres: TestPostgres;
  let databases: TestDatabase[];
  let odoos: Map<string, StandInOdoo>;
  let front: OdooFront;
  let runner: TestRunner | null = null;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    const { server } = postgres;
    const started = await Promise.all(NAMES.map((name) => {
      return StandInOdoo.start({ generation: generationNamed(name), server, workers: 1 });
    }));
    odoos = new Map(NAMES.map((name, index) => [name, started[index]!]));
  });
  afterEach(async () => {
    await runner?.stop();
    await front?.stop();
  });
  afterAll(async () => {
    await Promise.all([...odoos.values()].map((it) => it.stop()));
    await postgres.stop();
  });

  async function start(channels: string): Promise<TestRunner> {
    databases = [];
    for (const name of NAMES) databases.push(await postgres.database(name));
    front = await OdooFront.start(
      new Map(databases.map((it) => [it.name, odoos.get(it.generation.name)!])),
    );
    return runner = new TestRunner(postgres, { databases, port: front.port, channels });
  }

  function requestsOf({ name, generation }: TestDatabase, uuid: string) {
    return odoos.get(generation.name)!.requests.of({ database: name, uuid });
  }

  it("brings every job to its end, in each of them", async () => {
    const { runner } = await start("root:8,a:4,line:1:sequential");
    const jobs: { database: TestDatabase; uuids: string[] }[] = [];
    for (const database of databases) {
      const uuids = await database.addJobs(
        { channel: "root.a" },
        { channel: "a", plan: { outcome: "failed" } },
        { channel: null, plan: { retries: 1, retryInMs: 150 } },
        { etaInMs: 300 },
        { channel: "line", priority: 20 },
        { channel: "root.line", priority: 5 },
        { channel: "line", priority: 10 },
      );
      jobs.push({ database, uuids });
    }

    runner.start();

    for (const { database, uuids } of jobs) {
      for (const [index, uuid] of uuids.entries()) {
        await database.untilState(uuid, index === 1 ? "failed" : "done");
        const times = index === 2 ? 2 : 1;
        // A worker tells of a run after its row has changed.
        await until("its runs are told", () => requestsOf(database, uuid).runs === times);
        const { arrivals, maxOpen, runs } = requestsOf(database, uuid);
        assertEquals([arrivals, runs, maxOpen], [times, times, 1], `job ${index}`);
      }
      const rows = await database.sql`
        select uuid from queue_job where channel like '%line' order by date_started`;
      assertEquals(rows.map((it) => it["uuid"]), [uuids[5], uuids[6], uuids[4]]);
      const [late] = await database.sql`
        select date_started >= eta as late from queue_job where uuid = ${uuids[3]!}`;
      assertEquals(late!["late"], true);
    }
  });

  it("says what it knows of each", async () => {
    const test = await start("root:1");

    test.runner.start();
    await test.untilReady(...databases);
    await test.log.until("database connections ready");

    assertEquals(
      test.runner.status.databases.map(({ name, generation }) => [name, generation]),
      [
        ...databases.map((it) => {
          return [it.name, `${it.generation.addon} ${it.generation.name.replace("-2025", "")}`];
        }),
      ].sort(),
    );
    for (const { name, generation } of databases) {
      const text = generation.addon === "connector"
        ? `connector runner ready for db ${name}`
        : `queue job runner ready for db ${name}`;
      const logger = generation.addon === "connector"
        ? "openerp.addons.connector.jobrunner.runner"
        : "odoo.addons.queue_job.jobrunner.runner";
      const line = test.log.all.find((it) => it.text === text);
      assertEquals([line?.level, line?.logger, line?.database], ["INFO", logger, name]);
    }
    assertEquals(test.log.complaints, []);
  });

  it("keeps jobs with the same uuid in two databases apart", async () => {
    const uuid = "0d6a0ed2-1f0b-4ee5-9a7c-4f5d3c2b1a00";
    const test = await start("root:2");
    for (const database of databases) await database.addJob({ uuid });

    test.runner.start();

    for (const database of databases) {
      await database.untilState(uuid, "done");
      assertEquals(requestsOf(database, uuid).arrivals, 1);
    }
  });
});
