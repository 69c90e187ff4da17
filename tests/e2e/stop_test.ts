import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { TestServer } from "../support/http_server.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

describe("ConnectorRunner.stop", () => {
  let postgres: TestPostgres;
  let odoo: StandInOdoo;
  let database: TestDatabase;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    const { server } = postgres;
    odoo = await StandInOdoo.start({ generation: generationNamed("16.0"), server, workers: 1 });
  });
  afterEach(async () => assertEquals(await postgres.backends(), 0));
  afterAll(async () => {
    await odoo.stop();
    await postgres.stop();
  });

  const requestsOf = (uuid: string) => odoo.requests.of({ database: database.name, uuid });

  /** Committed as `started`, and so that `finish` is heard. */
  const untilWorking = (uuid: string) => {
    return until(`job ${uuid} works`, () => requestsOf(uuid).working === 1);
  };

  it("does not wait for jobs that Odoo has begun, which go on there", async () => {
    database = await postgres.database("16.0");
    const uuid = await database.addJob({ plan: { workMs: 60_000 } });
    const test = TestRunner.start(postgres, { databases: [database], port: odoo.port });
    await untilWorking(uuid);

    await test.stop();

    assertEquals(await database.state(uuid), "started");
    assertEquals(test.log.texts.slice(-2), ["graceful stop requested", "stopped"]);
    odoo.workers.finish({ database: database.name, uuid });
    await database.untilState(uuid, "done");
  });

  it("waits until requests have arrived where a worker is soon free", async () => {
    database = await postgres.database("16.0");
    const first = await database.addJob({ plan: { workMs: 60_000 } });
    const test = TestRunner.start(postgres, { databases: [database], port: odoo.port });
    await untilWorking(first);
    const second = await database.addJob({ plan: { workMs: 60_000 } });
    await until("the second waits in Odoo", () => requestsOf(second).open === 1);

    const stopped = test.stop();
    odoo.workers.finish({ database: database.name, uuid: first });
    await stopped;

    assertEquals(await database.state(second), "started");
    await untilWorking(second);
    odoo.workers.finish({ database: database.name, uuid: second });
    await database.untilAll("done");
  });

  it("takes no more", async () => {
    database = await postgres.database("16.0");
    const first = await database.addJob({ plan: { workMs: 60_000 } });
    const options = { databases: [database], port: odoo.port, channels: "root:1" };
    const test = TestRunner.start(postgres, options);
    await untilWorking(first);
    const waiting = await database.addJob();

    const stopped = test.stop();
    odoo.workers.finish({ database: database.name, uuid: first });
    await stopped;

    await database.untilState(first, "done");
    assertEquals(await database.state(waiting), "pending");
    assertEquals(requestsOf(waiting).arrivals, 0);
  });

  it("puts back what was never sent", async () => {
    database = await postgres.database("10.0");
    // The session that the job's request needs is never answered.
    const silent = await TestServer.onRequest(() => {});
    const uuid = await database.addJob();
    const options = { databases: [database], port: silent.port, drainTimeoutMs: 100 };
    const test = TestRunner.start(postgres, options);
    await silent.until((it) => it.arrivals.length === 1);
    assertEquals(await database.state(uuid), "enqueued");

    await test.stop();

    const { state, date_enqueued } = await database.row(uuid);
    assertEquals([state, date_enqueued], ["pending", null]);
    await silent.close();
  });

  it("puts back all that Odoo has refused", async () => {
    for (const generation of ["10.0", "16.0"]) {
      database = await postgres.database(generation);
      const refusing = await TestServer.onRequest(({ response }) => {
        response.writeHead(404).end();
      });
      await database.addJobs({}, {}, {}, {}, {});
      const options = { databases: [database], port: refusing.port, channels: "root:4" };
      const test = TestRunner.start(postgres, options);
      await test.log.until("no jobs of this database are taken for a while");

      await test.stop();

      assertEquals(await database.counts(), { pending: 5 });
      await refusing.close();
    }
  });

  it("leaves alone what was sent and may wait for a worker", async () => {
    database = await postgres.database("16.0");
    const silent = await TestServer.onRequest(() => {});
    const uuid = await database.addJob();
    const options = { databases: [database], port: silent.port, drainTimeoutMs: 100 };
    const test = TestRunner.start(postgres, options);
    await silent.until((it) => it.arrivals.length === 1);

    await test.stop();

    assertEquals(await database.state(uuid), "enqueued");
    await silent.until((it) => it.openConnections === 0);
    await silent.close();
  });

  it("ends at any moment of the start", async () => {
    database = await postgres.database("16.0");
    for (const moment of ["starting", "initializing", "runner ready", "connections ready"]) {
      const test = TestRunner.start(postgres, { databases: [database], port: odoo.port });
      await test.log.until(moment);
      await test.stop();
      assertEquals(test.runner.status.phase, "stopped");
      assertEquals(await postgres.backends(), 0);
    }
  });

  it("ends while the first connection is being made", async () => {
    database = await postgres.database("16.0");
    for (let turns = 0; turns < 40; turns += 2) {
      const test = TestRunner.start(postgres, { databases: [database], port: odoo.port });
      for (let turn = 0; turn < turns; turn++) {
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      await test.stop();
      assertEquals(await postgres.backends(), 0);
    }
  });

  it("ends while the list of databases is read", async () => {
    const test = TestRunner.start(postgres, { databases: null, port: odoo.port });

    await test.stop();

    assertEquals(await postgres.backends(), 0);
  });

  it("ends while nothing can be reached", async () => {
    database = await postgres.database("16.0");
    const connection = { ...postgres.connection, password: "wrong" };
    const test = TestRunner.start(postgres, {
      ...{ databases: [database], port: odoo.port, connection },
    });
    await test.log.until("trying again");

    await test.stop();
  });

  it("ends while one database cannot be reached", async () => {
    database = await postgres.database("16.0");
    await postgres.server.dropDatabase(database.name);
    const test = TestRunner.start(postgres, { databases: [database], port: odoo.port });
    await test.log.until("database connection failed");

    await test.stop();
  });

  it("may come twice, and before the start", async () => {
    const test = new TestRunner(postgres, { databases: [], port: odoo.port });

    await Promise.all([test.stop(), test.stop()]);
    test.runner.start();

    assertEquals(test.runner.status.phase, "stopped");
    assertEquals(test.log.texts, ["graceful stop requested", "stopped"]);
  });
});
