import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import type { RunnerStatus } from "../../src/status.ts";
import { HostProcess } from "../support/host_process.ts";
import { TestServer } from "../support/http_server.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

const LOGGER = "odoo.addons.queue_job.jobrunner.runner";

describe("the process", () => {
  let postgres: TestPostgres;
  let odoo: StandInOdoo;
  let database: TestDatabase;
  let host: HostProcess | null = null;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    const { server } = postgres;
    odoo = await StandInOdoo.start({ generation: generationNamed("16.0"), server, workers: 1 });
  });
  afterEach(async () => {
    await host?.stop();
    host = null;
    await until("its backends are gone", async () => await postgres.backends() === 0);
  });
  afterAll(async () => {
    await odoo.stop();
    await postgres.stop();
  });

  async function start(...args: string[]): Promise<HostProcess> {
    database = await postgres.database("16.0");
    return host = await HostProcess.start(
      [
        ...["--database", database.name, "--host", "127.0.0.1", "--port", String(odoo.port)],
        ...["--channels", "root:2,mail:1", "--health-port", "0", ...args],
      ],
      postgres.server.environment(),
    );
  }

  async function healthUrl(): Promise<string> {
    const [, url] = await host!.untilLine(/health server: (http:\/\/127\.0\.0\.1:\d+)\/status/);
    return url!;
  }

  async function get(url: string): Promise<{ status: number; body: unknown }> {
    const response = await fetch(url, { headers: { connection: "close" } });
    return { status: response.status, body: await response.json() };
  }

  it("runs jobs, answers what it is asked, and ends with 0 on SIGTERM", async () => {
    await start();
    const url = await healthUrl();
    await until("it is ready", async () => (await get(`${url}/readyz`)).status === 200);
    const uuid = await database.addJob({ channel: "mail" });
    await database.untilState(uuid, "done");

    assertEquals(await get(`${url}/livez`), {
      status: 200,
      body: { live: true, phase: "running" },
    });
    assertEquals(await get(`${url}/readyz`), {
      status: 200,
      body: { ready: true, phase: "running", databases: { ready: 1, all: 1 } },
    });
    const status = (await get(`${url}/status`)).body as RunnerStatus;
    assertEquals(status.databases.map(({ name, state, generation }) => [name, state, generation]), [
      [database.name, "ready", "queue_job 16.0"],
    ]);
    assertEquals(status.channels.map(({ name, capacity }) => [name, capacity]), [
      ["root", 2],
      ["root.mail", 1],
    ]);
    assertEquals(status.odoo.open, true);
    assertEquals((await get(`${url}/other`)).status, 404);
    const why = await HostProcess.start(["why", uuid, `--url=${url}`]);
    assertEquals((await why.exited).code, 0);
    assertMatch(why.lines.join("\n"), /^Job \S+ of database \S+\n {2}it has been done for /);
    const look = await HostProcess.start(["status", `--url=${url}`]);
    assertEquals((await look.exited).code, 0);
    assertMatch(look.lines[0]!, /^odoo-jobrunner \S+, up for .*: leading$/);

    assertEquals(await host!.stop(), { code: 0, signal: null });

    const texts = host!.lines.map((line) => {
      const match = /^(\S+ \S+) (\d+) (\S+) (\S+) (\S+): (.*)$/.exec(line);
      assertMatch(match?.[1] ?? line, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}$/);
      assertEquals(match!.slice(2, 4), [String(host!.processId), "INFO"]);
      assertEquals(match![5], LOGGER);
      return [match![4], match![6]];
    });
    // Before them it says which settings it found, and where.
    assertEquals(texts.filter(([, text]) => !text!.startsWith("--")), [
      ["?", `health server: ${url}/status`],
      ["?", "starting"],
      ["?", "initializing database connections"],
      [database.name, `queue job runner ready for db ${database.name}`],
      ["?", "database connections ready"],
      [database.name, `asking Odoo to run job ${uuid} on db ${database.name}`],
      ["?", "graceful stop requested"],
      ["?", "stopped"],
    ]);
  });

  it("runs jobs where it may write nothing and start nothing", async () => {
    database = await postgres.database("16.0");
    host = await HostProcess.start(
      [
        ...["--database", database.name, "--host", "127.0.0.1", "--port", String(odoo.port)],
        ...["--channels", "root:2", "--health-port", "0"],
      ],
      postgres.server.environment(),
      { mayWrite: false },
    );
    await host.untilLine(/database connections ready/);
    const uuid = await database.addJob();

    await database.untilState(uuid, "done");

    assertEquals(await host.stop(), { code: 0, signal: null });
    assertEquals(host.lines.filter((line) => !line.includes(" INFO ")), []);
  });

  it("ends gracefully on SIGINT, and at once on a second signal", async () => {
    await start();
    await host!.untilLine(/database connections ready/);
    const first = await database.addJob({ plan: { workMs: 60_000 } });
    await database.untilState(first, "started");
    // It waits for the only worker, and the stop for it.
    const second = await database.addJob({ plan: { workMs: 60_000 } });
    const requests = odoo.requests.of({ database: database.name, uuid: second });
    await until("the second waits in Odoo", () => requests.open === 1);

    host!.signal("SIGINT");
    await host!.untilLine(/graceful stop requested/);
    host!.signal("SIGINT");

    assertEquals(await host!.exited, { code: 1, signal: null });
    for (const uuid of [first, second]) {
      const job = { database: database.name, uuid };
      await until("it works", () => odoo.requests.of(job).working === 1);
      odoo.workers.finish(job);
      await database.untilState(uuid, "done");
    }
  });

  it("says all that is wrong with its settings at once, and ends with 2", async () => {
    host = await HostProcess.start(
      ["--channels", "root:2,mail:x,line:2:sequential", "--port", "many", "--scheme", "ftp"],
      { ODOO_JOBRUNNER_LOG_LEVEL: "loud" },
    );

    assertEquals(await host.exited, { code: 2, signal: null });
    const text = host.lines.join("\n");
    for (const mistake of ["mail:x", "line:2:sequential", "many", "ftp", "loud"]) {
      assertStringIncludes(text, mistake);
    }
  });

  it("says that the health port is taken, and ends with 1", async () => {
    const other = await TestServer.onSocket(() => {});

    await start("--health-port", String(other.port));

    assertEquals(await host!.exited, { code: 1, signal: null });
    assertMatch(host!.lines.at(-1)!, / ERROR \? .*Cannot use --health-port="\d+": another program/);
    await other.close();
  });

  it("keeps trying while PostgreSQL is away, and never shows the password", async () => {
    host = await HostProcess.start(
      ["--database", "shop", "--health-port", "0"],
      { PGHOST: "127.0.0.1", PGPORT: "1", PGUSER: "odoo", PGPASSWORD: "very-secret" },
    );

    await host.untilLine(/ ERROR .*ECONNREFUSED.*trying again/);
    const url = await healthUrl();
    assertEquals((await get(`${url}/livez`)).status, 200);
    assertEquals((await get(`${url}/readyz`)).status, 503);

    assertEquals(await host.stop(), { code: 0, signal: null });
    assertEquals(host.lines.join("\n").includes("very-secret"), false);
  });
});
