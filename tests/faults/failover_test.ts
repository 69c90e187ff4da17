import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { FOLLOWED, PostgresStandby } from "../support/postgres_standby.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** Two servers, of which the second follows the first, each behind a proxy. */
describe("a failover of PostgreSQL", () => {
  let postgres: TestPostgres;
  let standby: PostgresStandby;
  let toFirst: TcpProxy;
  let toSecond: TcpProxy;
  /** Odoo's own way to the one that may be written to. */
  let odooTarget: { host: string; port: number };
  let toWritable: TcpProxy;
  let odoo: StandInOdoo;
  let database: TestDatabase;

  beforeAll(async () => {
    postgres = await TestPostgres.start({ isOwn: true, parameters: FOLLOWED });
    const { cluster } = postgres;
    database = await postgres.database("16.0");
    standby = await PostgresStandby.of(cluster);
    toFirst = await TcpProxy.before(cluster);
    toSecond = await TcpProxy.before(standby);
    odooTarget = { host: cluster.host, port: cluster.port };
    toWritable = await TcpProxy.before(odooTarget);
    odoo = await StandInOdoo.start({
      generation: generationNamed("16.0"),
      workers: 2,
      server: { ...postgres.connection, host: "127.0.0.1", port: toWritable.port },
    });
  });
  afterAll(async () => {
    await odoo.stop();
    for (const proxy of [toFirst, toSecond, toWritable]) await proxy.stop();
    await standby.stop();
    await postgres.stop();
  });

  function start(): TestRunner {
    const port = [toFirst.port, toSecond.port];
    return TestRunner.start(postgres, {
      databases: [database],
      port: odoo.port,
      connection: { ...postgres.connection, host: "127.0.0.1,127.0.0.1", port },
    });
  }

  const runsOf = (uuids: readonly string[]) => {
    return uuids.map((uuid) => odoo.requests.of({ database: database.name, uuid }).runs);
  };

  it("is followed to the server that was promoted, and no job is lost or runs twice", async () => {
    const test = start();
    await test.untilReady(database);
    const jobs = await database.addJobs({}, {}, ...Array(5).fill({ etaInMs: 2_000 }));
    for (const uuid of jobs.slice(0, 2)) await database.untilState(uuid, "done");
    await until("no answer is awaited", () => test.runner.status.inFlight.asked === 0);
    await until("the standby has it all", () => standby.hasCaughtUp());

    toFirst.refuse();
    toFirst.cut({ withReset: true });
    toWritable.cut({ withReset: true });
    // Until it is promoted the second can only be read.
    await test.log.until("during recovery");
    Object.assign(odooTarget, { port: standby.port });
    await standby.promote();
    await test.untilReady(database);
    const promoted = new TestDatabase(standby, database.name, database.generation);
    jobs.push(await promoted.addJob());

    await promoted.untilAll("done");
    await promoted.release();
    await test.stop();
    assertEquals(runsOf(jobs), jobs.map(() => 1));
    assertEquals(test.log.countOf("during recovery"), 1);
    assertStringIncludes(test.log.texts.join("\n"), "this job runner no longer leads");
  });

  it("leaves a first server aside that came back and may only be read", async () => {
    await postgres.admin`alter system set default_transaction_read_only = on`;
    await postgres.admin`select pg_reload_conf()`;
    await until("it is read-only", async () => {
      const [row] = await postgres.admin`show default_transaction_read_only`;
      return row!["default_transaction_read_only"] === "on";
    });
    await toFirst.accept();
    const test = start();
    const promoted = new TestDatabase(standby, database.name, database.generation);

    await test.untilReady(database);
    const uuid = await promoted.addJob();
    await promoted.untilState(uuid, "done");

    assertEquals(test.log.complaints, []);
    assertEquals(toFirst.links.size, 0);
    await promoted.release();
    await test.stop();
  });
});
