import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { HostProcess } from "../support/host_process.ts";
import { requeue } from "../support/requeue_command.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

describe("jobrunner requeue beside a running runner", () => {
  let postgres: TestPostgres;
  let odoo: StandInOdoo | null = null;
  let database: TestDatabase;
  let test: TestRunner | null = null;

  beforeAll(async () => void (postgres = await TestPostgres.start()));
  afterEach(async () => {
    await test?.stop();
    await odoo?.stop();
    test = odoo = null;
    assertEquals(await postgres.backends(), 0);
  });
  afterAll(() => postgres.stop());

  async function start(generation: string): Promise<void> {
    database = await postgres.database(generation);
    odoo = await StandInOdoo.start({
      ...{ generation: generationNamed(generation), server: postgres.server, workers: 1 },
    });
    test = TestRunner.start(postgres, {
      ...{ databases: [database], port: odoo.port, channels: "root:8" },
    });
    await test.untilReady(database);
  }

  const requestsOf = (uuid: string) => odoo!.requests.of({ database: database.name, uuid });
  const finish = (uuid: string) => odoo!.workers.finish({ database: database.name, uuid });

  async function startedJob(): Promise<string> {
    const uuid = await database.addJob({ plan: { workMs: 600_000 } });
    await until("it works", () => requestsOf(uuid).working === 1);
    return uuid;
  }

  for (const generation of ["8.0", "12.0", "16.0-2025"]) {
    it(`has failed jobs of ${generation} run once more, even if called twice at once`, async () => {
      await start(generation);
      const jobs = Array(30).fill({ channel: "mail", plan: { outcome: "failed" } });
      const uuids = await database.addJobs(...jobs);
      await database.untilAll("failed");
      await database.sql`update stand_in_plan set outcome = 'done'`;

      const argv = [`--database=${database.name}`, "--channel=mail", "--json"];
      const both = await Promise.all([1, 2].map(() => requeue(postgres.connection, argv)));

      await database.untilAll("done");
      const counts = both.map(({ output }) => Number(JSON.parse(output).requeued));
      assertEquals(counts[0]! + counts[1]!, 30);
      assertEquals(uuids.map((it) => requestsOf(it).runs), uuids.map(() => 2));
      assertEquals(uuids.map((it) => requestsOf(it).maxOpen), uuids.map(() => 1));
    });

    it(`never has a job of ${generation} run twice that still waits for a worker`, async () => {
      await start(generation);
      const working = await startedJob();
      const waiting = await database.addJob();
      await until("it waits", () => requestsOf(waiting).open === 1);

      const argv = [`--database=${database.name}`, "--state=enqueued", `--uuid=${waiting}`];
      const { output } = await requeue(postgres.connection, argv);
      finish(working);

      await database.untilAll("done");
      assertMatch(output, /\nRequeued: 1 job in 1 database\n$/);
      assertEquals([requestsOf(waiting).runs, requestsOf(waiting).maxOpen], [1, 1]);
      assertEquals(requestsOf(working).runs, 1);
    });
  }

  it("leaves a job alone that a worker runs, where its lock tells", async () => {
    await start("16.0-2025");
    const uuid = await startedJob();
    await database.sql`
      update queue_job set date_enqueued = '2020-01-01', date_started = '2020-01-01'`;

    const argv = [`--database=${database.name}`, "--state=started", "--older-than=1h"];
    const { output } = await requeue(postgres.connection, argv);
    assertEquals(await database.state(uuid), "started");
    finish(uuid);

    await database.untilAll("done");
    assertMatch(output, /\nAt work: .*\nRequeued: 0 jobs in 1 database\n$/);
    assertEquals(requestsOf(uuid).arrivals, 1);
  });

  it("is a command of the process, which ends with its exit code", async () => {
    database = await postgres.database("16.0");
    await database.addJob({ state: "failed" });
    const call = async (...argv: string[]) => {
      const host = await HostProcess.start(["requeue", ...argv], postgres.server.environment());
      const { code } = await host.exited;
      return { code, last: host.lines.at(-1) };
    };

    assertEquals(await call("--database", database.name, "--dry-run"), {
      code: 0,
      last: "Nothing is changed: 1 job in 1 database would be requeued",
    });
    assertEquals((await call("--database", `${database.name}-x`)).code, 1);
    assertEquals((await call("--state", "started")).code, 2);
  });
});
