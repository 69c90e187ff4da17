import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import type { RunnerStatus } from "../../src/status.ts";
import { HostProcess } from "../support/host_process.ts";
import { TestServer } from "../support/http_server.ts";
import { ProcessScene } from "../support/process_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

const LOGGER = "odoo.addons.queue_job.jobrunner.runner";

describe("the process", () => {
  let scene: ProcessScene;
  let database: TestDatabase;

  beforeAll(async () => {
    scene = await ProcessScene.start();
  });
  afterEach(() => scene.calm());
  afterAll(() => scene.stop());

  async function start(...args: string[]): Promise<HostProcess> {
    database = await scene.postgres.database("16.0");
    return await scene.serve(database, { args });
  }

  async function healthUrl(host: HostProcess): Promise<string> {
    const [, url] = await host.untilLine(/health server: (http:\/\/127\.0\.0\.1:\d+)\/status/);
    return url!;
  }

  async function get(url: string): Promise<{ status: number; body: unknown }> {
    const response = await fetch(url, { headers: { connection: "close" } });
    return { status: response.status, body: await response.json() };
  }

  it("runs jobs, answers what it is asked, and ends with 0 on SIGTERM", async () => {
    const host = await start();
    const url = await healthUrl(host);
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
    const top = await HostProcess.start(["top", "--once", `--url=${url}`]);
    assertEquals((await top.exited).code, 0);
    assertMatch(top.lines.join("\n"), /^20\S+Z\nodoo-jobrunner [^]*\nroot [^]* ready /);

    assertEquals(await host.stop(), { code: 0, signal: null });

    const texts = host.lines.map((line) => {
      const match = /^(\S+ \S+) (\d+) (\S+) (\S+) (\S+): (.*)$/.exec(line);
      assertMatch(match?.[1] ?? line, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}$/);
      assertEquals(match!.slice(2, 4), [String(host.processId), "INFO"]);
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
    database = await scene.postgres.database("16.0");
    const host = await scene.serve(database, { mayWrite: false });
    await host.untilLine(/database connections ready/);
    const uuid = await database.addJob();

    await database.untilState(uuid, "done");

    assertEquals(await host.stop(), { code: 0, signal: null });
    assertEquals(host.lines.filter((line) => !line.includes(" INFO ")), []);
  });

  it("ends gracefully on SIGINT, and at once on a second signal", async () => {
    const host = await start();
    await host.untilLine(/database connections ready/);
    const first = await database.addJob({ plan: { workMs: 60_000 } });
    await database.untilState(first, "started");
    // It waits for the only worker, and the stop for it.
    const second = await database.addJob({ plan: { workMs: 60_000 } });
    const requests = scene.odoo.requests.of({ database: database.name, uuid: second });
    await until("the second waits in Odoo", () => requests.open === 1);

    host.signal("SIGINT");
    await host.untilLine(/graceful stop requested/);
    host.signal("SIGINT");

    assertEquals(await host.exited, { code: 1, signal: null });
    for (const uuid of [first, second]) {
      const job = { database: database.name, uuid };
      await until("it works", () => scene.odoo.requests.of(job).working === 1);
      scene.odoo.workers.finish(job);
      await database.untilState(uuid, "done");
    }
  });

  it("says all that is wrong with its settings at once, and ends with 2", async () => {
    const host = await scene.run(
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

    const host = await start("--health-port", String(other.port));

    assertEquals(await host.exited, { code: 1, signal: null });
    assertMatch(host.lines.at(-1)!, / ERROR \? .*Cannot use --health-port="\d+": another program/);
    await other.close();
  });

  it("keeps trying while PostgreSQL is away, and never shows the password", async () => {
    const host = await scene.run(
      ["--database", "shop", "--health-port", "0"],
      { PGHOST: "127.0.0.1", PGPORT: "1", PGUSER: "odoo", PGPASSWORD: "very-secret" },
    );

    await host.untilLine(/ ERROR .*ECONNREFUSED.*trying again/);
    const url = await healthUrl(host);
    assertEquals((await get(`${url}/livez`)).status, 200);
    assertEquals((await get(`${url}/readyz`)).status, 503);

    assertEquals(await host.stop(), { code: 0, signal: null });
    assertEquals(host.lines.join("\n").includes("very-secret"), false);
  });
});
