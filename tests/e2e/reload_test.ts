import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import type { ProcessStatus } from "../../src/settings_status.ts";
import { HostProcess } from "../support/host_process.ts";
import { ProcessScene } from "../support/process_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const LONG = { workMs: 60_000 };

describe("SIGHUP after the file has changed", () => {
  let scene: ProcessScene;
  let moved: StandInOdoo;
  let shop: TestDatabase;
  let crm: TestDatabase;
  let directory: string;
  let host: HostProcess;
  let url: string;
  let first: string;
  let given: Record<string, string | number>;

  beforeAll(async () => {
    scene = await ProcessScene.start();
    const { server } = scene.postgres;
    moved = await StandInOdoo.start({ generation: generationNamed("16.0"), server, workers: 2 });
    [shop, crm] = [await scene.postgres.database("16.0"), await scene.postgres.database("16.0")];
    directory = await mkdtemp(join(tmpdir(), "jobrunner-reload-"));
    const token = join(directory, "token");
    await writeFile(token, TOKEN, { mode: 0o600 });
    given = {
      admin_token_file: token,
      ...{ db_name: shop.name, host: "127.0.0.1", port: scene.odoo.port },
      ...{ channels: "root:1", health_port: 0 },
    };
    await write();
    const file = join(directory, "odoo.conf");
    host = await scene.run(["--config", file], scene.postgres.server.environment());
    url = (await host.untilLine(/health server: (http:\S+)\/status/))[1]!;
    await host.untilLine(/database connections ready/);
    first = await shop.addJob({ plan: LONG });
    await shop.untilState(first, "started");
  });
  afterAll(async () => {
    await scene.calm();
    await moved.stop();
    await scene.stop();
    await rm(directory, { recursive: true });
  });

  function write(): Promise<void> {
    const lines = Object.entries(given).map(([key, value]) => `${key} = ${value}\n`);
    return writeFile(join(directory, "odoo.conf"), `[jobrunner]\n${lines.join("")}`);
  }

  /** Resolves with what the log says of it. */
  async function reload(changes: typeof given, said: RegExp): Promise<string> {
    Object.assign(given, changes);
    await write();
    const before = host.lines.length;
    host.signal("SIGHUP");
    return await until(`it says ${said}`, () => {
      return host.lines.slice(before).find((line) => said.test(line)) ?? null;
    });
  }

  async function status(): Promise<ProcessStatus> {
    const response = await fetch(`${url}/status`, { headers: { connection: "close" } });
    return await response.json() as ProcessStatus;
  }

  const inForce = ({ settings }: ProcessStatus, name: string) =>
    settings.inForce.find((it) => it.name === name)!.value;

  it("lets more jobs run at once, elsewhere too, and disturbs none that runs", async () => {
    const { settings: { sinceMs } } = await status();

    await reload(
      { channels: "root:2", port: moved.port },
      /--port \d+ -> \d+ \(.*\[jobrunner\] port/,
    );
    const second = await shop.addJob();
    await shop.untilState(second, "done");

    assertEquals(moved.requests.of({ database: shop.name, uuid: second }).runs, 1);
    assertEquals(await shop.state(first), "started");
    const now = await status();
    assertEquals([inForce(now, "--channels"), now.settings.sinceMs > sinceMs], ["root:2", true]);
    await host.untilLine(/ INFO .*--channels root:1 -> root:2 /);
  });

  it("refuses what is wrong in one line, and goes on as it was", async () => {
    const line = await reload({ channels: "root:9,mail:x", scheme: "ftp" }, / ERROR /);

    assertMatch(line, /nothing is changed\. .*scheme=ftp": .*; .*channels=mail:x": /);
    const now = await status();
    assertEquals([inForce(now, "--channels"), inForce(now, "--scheme")], ["root:2", "http"]);
    assertEquals(now.channels.map((it) => it.capacity), [2]);
    Object.assign(given, { channels: "root:2", scheme: "http" });
  });

  it("serves other databases, and leaves those that are not chosen any more", async () => {
    const name = `${shop.name},${crm.name}`;
    await reload({ db_name: name }, new RegExp(`queue job runner ready for db ${crm.name}`));
    const uuid = await crm.addJob();
    await crm.untilState(uuid, "done");

    await reload({ db_name: shop.name }, new RegExp(` ${crm.name} .*no longer served`));
    const late = await crm.addJob();
    await until("it is left", async () => (await status()).databases.length === 1);

    assertEquals([await crm.state(late), await shop.state(first)], ["pending", "started"]);
  });

  it("does the same for who shows the token, and knows a new one at once", async () => {
    const file = join(directory, "odoo.conf");
    const order = async (...argv: string[]) => {
      const args = ["reload", `--url=${url}`, "--config", file, ...argv];
      return (await (await HostProcess.start(args)).exited).code;
    };
    const old = join(directory, "old");
    await writeFile(old, TOKEN);
    Object.assign(given, { discovery_interval: 60 });
    await write();
    await writeFile(String(given["admin_token_file"]), TOKEN.replaceAll("0", "f"));

    const codes = [await order("--token-file", old), await order("--token-file", old)];
    codes.push(await order());

    assertEquals(codes, [0, 1, 0]);
    const now = await status();
    assertEquals(inForce(now, "--discovery-interval"), "60");
    await host.untilLine(/ INFO .*--admin-token-file .*, with other content/);
    assertEquals(host.lines.filter((it) => it.includes(TOKEN)), []);
  });

  it("names what wants a restart", async () => {
    await reload({ health_port: 1, maintenance_database: "template1" }, /--health-port .*restart/);

    const { settings } = await status();
    assertEquals(settings.wantRestart.map((it) => `${it.name} ${it.from} ${it.to}`), [
      "--maintenance-database postgres template1",
      "--health-port 0 1",
    ]);
    await reload({ health_port: 0, maintenance_database: "postgres" }, /nothing has changed/);
  });

  it("has lost nothing of what ran all the while", async () => {
    const job = { database: shop.name, uuid: first };
    scene.odoo.workers.finish(job);

    await shop.untilState(first, "done");

    assertEquals([scene.odoo.requests.of(job).arrivals, moved.requests.of(job).arrivals], [1, 0]);
    assertEquals(await host.stop(), { code: 0, signal: null });
  });
});
