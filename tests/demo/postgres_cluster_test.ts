import { assert, assertEquals, assertRejects } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { childCommand } from "../../scripts/demo/child_entry.ts";
import { isAlive } from "../../scripts/demo/guarded_child.ts";
import { PostgresCluster } from "../../scripts/demo/postgres_cluster.ts";
import { InstalledServer } from "../../scripts/demo/postgres_installed.ts";
import { until } from "../support/until.ts";

describe("PostgresCluster", () => {
  let cluster: PostgresCluster;
  beforeAll(async () => {
    cluster = await PostgresCluster.start({
      allowInstalled: false,
      parameters: { timezone: "Asia/Tokyo" },
    }) as PostgresCluster;
  });
  afterAll(() => cluster.stop());

  it("takes connections on loopback with a password, and on its socket without", async () => {
    for (const options of [{}, { host: cluster.socketDirectory, password: "" }]) {
      const sql = cluster.connect("postgres", { max: 1, ...options });
      const [row] = await sql`select current_user as user, current_setting('timezone') as zone`;
      await sql.end();

      assertEquals({ ...row }, { user: "odoo", zone: "Asia/Tokyo" });
    }
    const intruder = cluster.connect("postgres", { max: 1, password: "wrong" });
    await assertRejects(() => intruder`select 1`.execute());
    await intruder.end();
  });

  it("makes a database from another, and drops one that is in use", async () => {
    const original = await cluster.createDatabase("has.dot");
    const sql = cluster.connect(original, { max: 1 });
    await sql`create table note (text varchar)`;
    await sql.end();

    const copy = await cluster.createDatabase("copy", original);
    const user = cluster.connect(copy, { max: 1 });
    assertEquals((await user`select * from note`).length, 0);
    await cluster.dropDatabase(copy);
    await cluster.dropDatabase(copy);
    await user.end();

    assertEquals(cluster.databases, [original]);
  });

  it("restarts with what was committed, on the same port, and leaves nothing behind", async () => {
    const other = await PostgresCluster.start({
      ...{ allowInstalled: false, isRestartable: true },
      parameters: { synchronous_commit: "on" },
    }) as PostgresCluster;
    const { port } = other;
    const before = other.connect("postgres", { max: 1 });
    await before`create table note (text varchar)`;
    await before.end();

    for (const how of ["SIGINT", "SIGQUIT"] as const) {
      const { processId } = other;
      await other.restart(how, 0);

      assertEquals(isAlive(processId), false);
      const after = other.connect("postgres", { max: 1 });
      assertEquals((await after`select * from note`).length, 0);
      await after.end();
    }
    await other.stop();

    assertEquals(other.port, port);
    assertEquals(existsSync(other.socketDirectory), false);
    await assertRejects(() => cluster.restart("SIGINT", 0), Error, "not made for it");
  });

  it("lets a second one live beside it, and leaves nothing of it behind", async () => {
    const other = await PostgresCluster.start({ allowInstalled: false }) as PostgresCluster;
    assert(other.port !== cluster.port);

    await other.stop();

    assertEquals(isAlive(other.processId), false);
    assertEquals(existsSync(other.socketDirectory), false);
    assertEquals(isAlive(cluster.processId), true);
  });

  it("ends when the process that started it is killed", async () => {
    const [program = "", ...args] = await childCommand("tests/demo/cluster_owner.ts");
    const owner = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    const line = await new Promise<string>((resolve) => {
      createInterface({ input: owner.stdout }).once("line", resolve);
    });
    const { processId, directory } = JSON.parse(line) as { processId: number; directory: string };
    assertEquals(isAlive(processId), true);

    const closed = new Promise((resolve) => owner.once("close", resolve));
    owner.kill("SIGKILL");
    await closed;

    await until("the server is gone", () => !isAlive(processId) && !existsSync(directory));
  });
});

describe("InstalledServer", () => {
  it("is what JOBRUNNER_TEST_PG names", () => {
    const server = InstalledServer.fromEnvironment({
      JOBRUNNER_TEST_PG: "postgres://odoo:s%40cret@db.example:5433",
      PGHOST: "elsewhere",
    });

    assertEquals(server?.environment(), {
      PGHOST: "db.example",
      PGPORT: "5433",
      PGUSER: "odoo",
      PGPASSWORD: "s@cret",
    });
  });

  it("is what PGHOST names, unless our own is asked for", () => {
    const variables = { PGHOST: "/var/run/postgresql", PGUSER: "odoo" };
    assertEquals(InstalledServer.fromEnvironment(variables)?.environment(), {
      PGHOST: "/var/run/postgresql",
      PGPORT: "5432",
      PGUSER: "odoo",
    });

    const embedded = { ...variables, JOBRUNNER_TEST_PG: "embedded" };
    assertEquals(InstalledServer.fromEnvironment(embedded), null);
    assertEquals(InstalledServer.fromEnvironment({}), null);
  });
});
