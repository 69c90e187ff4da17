import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { SystemClock } from "../../src/clock.ts";
import type { ConnectionSettings } from "../../src/database/connection.ts";
import { ensureTrigger } from "../../src/database/trigger.ts";
import { LedDatabase } from "../support/led_database.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

/**
 * All that a role of its own needs in each database that the runner serves; the README names the
 * same. Beside these, CONNECT on the database and USAGE on the schema public, which every role has
 * unless they were revoked. The database must be named with --database: such a role owns none.
 */
const GRANTS = `
  grant select (name, state, latest_version) on ir_module_module to "$role";
  grant select (id, uuid, channel, state, priority, date_created, eta, date_enqueued, date_started),
    update (state, date_enqueued, date_started) on queue_job to "$role";`;

/** Beside these, for --requeue-started-after. */
const GRANTS_STARTED = `
  grant select (retry, max_retries, exc_info), update (retry, exc_info) on queue_job to "$role";`;
const GRANTS_EXCEPTION = `
  grant select (exc_name), update (exc_name) on queue_job to "$role";`;

/** Where there is a table queue_job_lock, so that dead jobs are found: from 2025 on. */
const GRANTS_2025 = `
  grant select (retry, max_retries, exc_name, exc_info), update (retry, exc_name, exc_info)
    on queue_job to "$role";
  grant select (queue_job_id), update (queue_job_id) on queue_job_lock to "$role";`;

/**
 * Before 12.0, unless the trigger is there and right: to make it once. To replace a wrong one the
 * role must own the table and the function.
 */
const GRANTS_TRIGGER = `
  grant trigger on queue_job to "$role";
  grant create on schema public to "$role";`;

describe("a role with just the rights that suffice", () => {
  const clock = new SystemClock();
  let server: TestPostgres;
  let odoo: TestDatabase;
  let role: ConnectionSettings;
  let ours: LedDatabase | null = null;

  beforeAll(async () => void (server = await TestPostgres.start()));
  afterEach(() => ours?.session.end());
  afterAll(async () => {
    await server.stop();
    assertEquals(clock.openTimers, 0);
  });

  async function grant(generation: string, ...grants: string[]): Promise<void> {
    odoo = await server.database(generation);
    role = await server.role();
    await odoo.sql.unsafe(grants.join("\n").replaceAll("$role", role.user));
    await odoo.sql.unsafe(`
      revoke temporary on database "${odoo.name}" from public;
      grant connect on database "${odoo.name}" to ${role.user}`);
    ours = await LedDatabase.open(odoo, role, clock);
  }

  /** Does everything that the runner does. */
  async function wantAll(): Promise<void> {
    const { database, session, generation, heard } = ours!;
    assertEquals(await database.lock(session, generation), true);
    assertEquals(await ensureTrigger(session, generation), null);
    await session.run(`listen ${generation.notifyChannel}`);

    const [uuid, failed] = await odoo.addJobs({ channel: "mail" }, { state: "failed" });
    await until("the jobs are heard of", () => heard.length === 2);
    const claim = { kind: "claim", uuids: [uuid!], enqueuedSeconds: 1_700_000_000 } as const;

    assertEquals(
      [...(await ours!.run({ kind: "scanCounted", afterId: 0, sequentialChannels: ["root"] })).rows]
        .map((it) => it.uuid),
      [failed!],
    );
    assertEquals(
      (await ours!.run({ kind: "scanWaiting", afterId: 0, isWalk: false })).rows.length,
      1,
    );
    assertEquals(
      (await ours!.run({ kind: "countFailed", sequentialChannels: [] }))
        .failedCounts.get("root"),
      1,
    );
    assertEquals((await ours!.run(claim)).uuids, [uuid!]);
    assertEquals(
      (await ours!.run({ ...claim, kind: "putBack", enqueuedSeconds: [1_700_000_000] })).uuids,
      [uuid!],
    );
    assertEquals((await ours!.run({ kind: "read", uuids: [uuid!] })).rows.length, 1);
    await ours!.run(claim);
    const lost = await ours!.run({
      kind: "requeueLost",
      askedUuids: [],
      graceMs: 10_000,
      undatedUuids: [],
    });
    assertEquals(lost.uuids, [uuid!]);
    const graces = { graceMs: 0, suspectAfterMs: 0 };
    await odoo.sql`update queue_job set state = 'started' where uuid = ${uuid!}`;
    const { stuck } = await ours!.run({ kind: "listStuck", askedUuids: [], ...graces });
    assertEquals(stuck.map((it) => it.uuid), [uuid!]);
  }

  for (const generation of ["12.0", "16.0"]) {
    it(`serves ${generation}`, async () => {
      await grant(generation, GRANTS);

      await wantAll();
    });
  }

  for (const generation of ["16.0-2025"]) {
    it(`serves ${generation}, and finds its dead jobs`, async () => {
      await grant(generation, GRANTS, GRANTS_2025);

      await wantAll();
    });
  }

  for (const generation of ["8.0", "10.0"]) {
    it(`serves ${generation}, and makes its trigger`, async () => {
      await grant(generation, GRANTS, GRANTS_TRIGGER);

      await wantAll();
    });
  }

  for (const [generation, ...grants] of [["10.0"], ["16.0", GRANTS_EXCEPTION]]) {
    it(`serves ${generation}, and sets started jobs back where that is wished`, async () => {
      await grant(generation!, GRANTS, GRANTS_STARTED, ...grants);
      const uuid = await odoo.addJob({ state: "started" });
      await odoo.sql`update queue_job set date_started = '2026-01-01' where uuid = ${uuid}`;

      const { uuids } = await ours!.run({ kind: "requeueStarted", askedUuids: [], afterMs: 0 });

      assertEquals(uuids, [uuid]);
    });
  }

  it("needs no more before 12.0 where the trigger is right", async () => {
    await grant("10.0", GRANTS);
    await ours!.session.end();
    const owner = await LedDatabase.open(odoo, server.connection, clock);
    await ensureTrigger(owner.session, owner.generation);
    await owner.session.end();
    ours = await LedDatabase.open(odoo, role, clock);

    await wantAll();
  });

  it("says what to do where it may not make the trigger", async () => {
    await grant("10.0", GRANTS);

    const complaint = await ensureTrigger(ours!.session, ours!.generation);

    assertMatch(complaint ?? "", /^cannot make the trigger queue_job_notify \(permission denied/);
  });
});
