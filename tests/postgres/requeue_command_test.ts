import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { freePort } from "../../scripts/demo/postgres_cluster.ts";
import { type Ran, requeue as requeueAt } from "../support/requeue_command.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

describe("jobrunner requeue", () => {
  let server: TestPostgres;

  beforeAll(async () => void (server = await TestPostgres.start()));
  afterEach(async () => assertEquals(await server.backends(), 0));
  afterAll(() => server.stop());

  function requeue(argv: readonly string[], connection = server.connection): Promise<Ran> {
    return requeueAt(connection, argv);
  }

  /** As a table prints it, whatever its width. */
  function cells(output: string): string[][] {
    const lines = output.split("\n\n")[0]!.split("\n");
    return lines.map((it) => it.split(/ {2,}/));
  }

  const named = (...databases: readonly { readonly name: string }[]) => {
    return `--database=${databases.map((it) => it.name).join(",")}`;
  };

  it("says what it changed, by database and channel, and all together", async () => {
    const [shop, crm] = [await server.database("16.0"), await server.database("8.0")];
    await shop.addJobs({ state: "failed" }, { state: "done" }, {});
    await shop.addJobs(...Array(12).fill({ channel: "mail", state: "failed" }));
    await crm.addJobs({ state: "failed" });

    const { code, output, errors } = await requeue([named(shop, crm)]);

    assertEquals([code, errors], [0, ""]);
    assertEquals(cells(output), [
      ["database", "channel", "state", "requeued", "at work", "held"],
      [shop.name, "root", "failed", "1", "0", "0"],
      [shop.name, "root.mail", "failed", "12", "0", "0"],
      [crm.name, "root", "failed", "1", "0", "0"],
      ["all", "14", "0", "0"],
    ]);
    assertMatch(output, /\n\nRequeued: 14 jobs in 2 databases\n$/);
    assertEquals(await shop.counts(), { done: 1, pending: 14 });
  });

  it("changes nothing on a dry run, and says what it would", async () => {
    const shop = await server.database("16.0");
    await shop.addJobs({ state: "failed" }, { state: "started" });
    await shop.sql`update queue_job set date_started = '2020-01-01', date_enqueued = null
      where state = 'started'`;

    const { code, output, errors } = await requeue([
      ...[named(shop), "--dry-run", "--state=failed,started", "--older-than=1h"],
    ]);

    assertEquals(code, 0);
    assertEquals(cells(output)[0], ["database", "channel", "state", "to requeue", "at work"]);
    assertMatch(output, /\nNothing is changed: 1 job in 1 database would be requeued\n$/);
    assertMatch(
      errors,
      /: queue_job 16\.0 does not tell whether the job that was started is still/,
    );
    assertEquals(await shop.counts(), { failed: 1, started: 1 });
  });

  it("has nothing to do where no job is chosen", async () => {
    const shop = await server.database("16.0");
    await shop.addJob();

    assertEquals(await requeue([named(shop)]), {
      ...{ code: 0, errors: "", output: "Requeued: 0 jobs in 1 database\n" },
    });
  });

  it("explains what holds and what is at work", async () => {
    const shop = await server.database("16.0-2025");
    const [held, young] = await shop.addJobs({ state: "failed" }, { state: "started" });
    const transaction = await shop.sql.reserve();
    await transaction`begin`;
    await transaction`select from queue_job where uuid = ${held!} for update`;

    const { output, errors } = await requeue([
      ...[named(shop), "--state=failed,started", `--uuid=${held},${young}`],
    ]);
    await transaction`rollback`;
    transaction.release();

    assertEquals(cells(output).slice(1), [
      [shop.name, "root", "failed", "0", "0", "1"],
      [shop.name, "root", "started", "0", "1", "0"],
      ["all", "0", "1", "1"],
    ]);
    assertMatch(output, /\nAt work: .*\nHeld: .*\nRequeued: 0 jobs in 1 database\n$/);
    assertEquals(errors, "");
  });

  it("says of each job that was named why it is not chosen", async () => {
    const shop = await server.database("16.0");
    const clone = await server.database("16.0");
    const failed = await shop.addJob({ state: "failed" });
    await clone.addJob({ uuid: failed, state: "failed" });
    const done = await shop.addJob({ state: "done" });

    const { output, errors } = await requeue([
      ...[named(shop, clone), `--uuid=${failed},${done}`, "--uuid=no'body"],
    ]);

    assertEquals(errors, `${shop.name}: job ${done} is not chosen: it is done\n`);
    assertMatch(output, /\nNo database has job no'body\nRequeued: 2 jobs in 2 databases\n$/);
  });

  it("does the others when a database fails, and answers 1", async () => {
    const broken = await server.database("16.0");
    await broken.sql`alter table queue_job drop column date_done`;
    const shop = await server.database("16.0");
    await shop.addJob({ state: "failed" });

    const { code, output, errors } = await requeue([
      named({ name: "no such 'one" }, broken, shop),
    ]);

    assertEquals(code, 1);
    assertEquals(errors.split("\n").map((it) => it.slice(0, it.indexOf(":"))), [
      "Cannot requeue jobs of database no such 'one",
      `Cannot requeue jobs of database ${broken.name}`,
      "",
    ]);
    assertMatch(errors, /column job\.date_done does not exist/);
    assertMatch(output, /\nRequeued: 1 job in 2 databases\n$/);
  });

  it("says that nobody knows what became of jobs when the connection is lost", async () => {
    const shop = await server.database("16.0");
    await shop.addJobs(...Array(5_001).fill({ state: "failed" }));
    // Stops the statement at the last job, which is on the second page.
    await shop.sql.unsafe(`
      create function wait_for_us() returns trigger language plpgsql as
        'begin perform pg_advisory_xact_lock(7); return new; end';
      create trigger wait_for_us before update on queue_job
        for each row when (new.id = 5001) execute procedure wait_for_us()`);
    const holder = await shop.sql.reserve();
    await holder`select pg_advisory_lock(7)`;

    const requeueing = requeue([named(shop)]);
    await until("it waits", async () => {
      const waiting = await holder`select from pg_stat_activity
          where datname = current_database() and wait_event = 'advisory'`;
      return waiting.length === 1;
    });
    await server.terminate(shop.name);
    const { code, output, errors } = await requeueing;
    holder.release();

    assertEquals(code, 1);
    assertMatch(errors, /; the last jobs may be requeued or not, call again for the rest\n$/);
    assertMatch(output, /\nRequeued: 5000 jobs in 1 database\n$/);
    assertEquals(await shop.counts(), { failed: 1, pending: 5_000 });
  });

  it("names the settings to check when PostgreSQL lets it not in", async () => {
    const port = await freePort();
    const unreachable = await requeue(["--database=shop"], { ...server.connection, port });
    const wrong = { ...server.connection, user: "nobody", password: "wrong" };
    const refused = await requeue(["--database=shop"], wrong);
    const unlisted = await requeue([], { ...server.connection, port });

    assertEquals([unreachable.code, refused.code, unlisted.code], [1, 1, 1]);
    assertMatch(unreachable.errors, /^Cannot requeue .* \(check --db-host, --db-port\)\n$/);
    assertMatch(refused.errors, /^Cannot requeue .* \(check --db-user, --db-password\)\n$/);
    assertMatch(unlisted.errors, /^Cannot list .* \(check --db-host, --db-port\)\n$/);
  });

  it("serves all that the role owns, without a word on those without the add-on", async () => {
    const role = await server.role();
    const own = async ({ name }: { readonly name: string }) => {
      await server.admin.unsafe(`alter database "${name}" owner to ${role.user}`);
    };
    const give = async (database: TestDatabase) => {
      await own(database);
      await database.sql.unsafe(`grant select, update on queue_job to ${role.user};
        grant select on ir_module_module to ${role.user}`);
    };
    const shop = await server.database("16.0");
    const upgraded = await server.database("16.0", { state: "to upgrade" });
    await give(shop);
    await give(upgraded);
    await own({ name: await server.server.createDatabase("no_odoo") });
    for (const database of [shop, upgraded]) await database.addJob({ state: "failed" });

    const { code, errors, output } = await requeue([], role);

    assertEquals(code, 0);
    assertEquals(errors, `${upgraded.name}: passed over: queue_job is being upgraded\n`);
    assertMatch(output, /\nRequeued: 1 job in 1 database\n$/);
    assertEquals((await requeue(["--db-filter=^nothing$"], role)).code, 1);
  });

  it("names what has no add-on when it was asked for", async () => {
    const name = await server.server.createDatabase("no_odoo_either");

    const { code, errors } = await requeue([named({ name })]);

    assertEquals([code, errors], [0, `${name}: passed over: not a database of Odoo\n`]);
  });

  it("gets along with the rights that the README names, and points there without", async () => {
    const [shop, other] = [await server.database("16.0-2025"), await server.database("16.0-2025")];
    const role = await server.role();
    const grants = `
      grant select (name, state, latest_version) on ir_module_module to "$role";
      grant select (id, uuid, channel, state, priority, date_created, eta, date_enqueued, retry),
        update (state, date_enqueued, date_started, retry, exc_name, exc_info)
        on queue_job to "$role";
      grant select (queue_job_id), update (queue_job_id) on queue_job_lock to "$role";`;
    const more = `
      grant select (date_started, date_done),
        update (date_done, worker_pid, date_cancelled, exc_message) on queue_job to "$role";
      grant select (xmax) on queue_job_lock to "$role";`;
    await shop.sql.unsafe((grants + more).replaceAll("$role", role.user));
    await other.sql.unsafe(grants.replaceAll("$role", role.user));
    for (const database of [shop, other]) await database.addJob({ state: "failed" });

    const { code, output, errors } = await requeue([named(shop, other)], role);

    assertEquals(code, 1);
    assertMatch(output, /\nRequeued: 1 job in 2 databases\n$/);
    assertEquals(await shop.counts(), { pending: 1 });
    assertMatch(errors, /^Cannot .*: permission denied .* stand in the README, "Requeue jobs"\n$/);
  });

  it("writes one line of JSON for programs", async () => {
    const shop = await server.database("12.0");
    await shop.addJob({ state: "failed", channel: 'a"b' });

    const { output } = await requeue([named(shop), "--json", "--uuid=x", "--uuid=y"]);
    const again = await requeue([named(shop), "--json", "--dry-run"]);

    assertEquals(output.split("\n").length, 2);
    const nothing = { requeued: 0, atWork: 0, held: 0 };
    const known = { database: shop.name, generation: "queue_job 12.0", notes: [], error: null };
    assertEquals(JSON.parse(output), {
      ...{ dryRun: false, ...nothing, unknownUuids: ["x", "y"] },
      databases: [{ ...known, ...nothing, channels: [] }],
    });
    const one = { ...nothing, requeued: 1 };
    assertEquals(JSON.parse(again.output), {
      ...{ dryRun: true, ...one, unknownUuids: [] },
      databases: [{
        ...{ ...known, ...one },
        channels: [{ channel: 'root.a"b', state: "failed", ...one }],
      }],
    });
  });

  it("shows hostile names without letting them steer the terminal", async () => {
    const shop = await server.database("16.0");
    await shop.addJob({ state: "failed", channel: "a\u001b[2Jb\nc" });

    const { output } = await requeue([named(shop)]);

    assertMatch(output, /root\.a\\u001b\[2Jb\\nc/);
    assertEquals(output.includes("\u001b"), false);
  });
});
