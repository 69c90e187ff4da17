import { assertEquals, assertRejects } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { installOdooOnly } from "../../scripts/demo/odoo_schema.ts";
import { SystemClock } from "../../src/clock.ts";
import { Database } from "../../src/database/database.ts";
import type { KnownGeneration } from "../../src/database/generation.ts";
import type { Session, SessionLost } from "../../src/database/session.ts";
import { PAGE_ROWS } from "../../src/database/statement.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

describe("Database", () => {
  const clock = new SystemClock();
  const sessions: Session[] = [];
  let server: TestPostgres;

  beforeAll(async () => void (server = await TestPostgres.start()));
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((it) => it.end()));
    assertEquals(await server.backends(), 0);
  });
  afterAll(async () => {
    await server.stop();
    assertEquals(clock.openTimers, 0);
  });

  function ours({ name }: { readonly name: string }): Database {
    return new Database(name, { connection: server.connection, clock });
  }

  async function openSession(
    database: Database,
    onLost: (reason: SessionLost) => void = () => {},
  ): Promise<Session> {
    const session = await database.openSession({ onLost });
    sessions.push(session);
    return session;
  }

  async function generationOf(database: Database, session: Session): Promise<KnownGeneration> {
    return await database.generation(session) as KnownGeneration;
  }

  describe("generation", () => {
    async function found(name: string) {
      const database = ours({ name });
      return await database.generation(await openSession(database));
    }

    it("leaves a database alone that is not Odoo's, or without the add-on", async () => {
      const name = await server.server.createDatabase("plain");
      assertEquals(await found(name), { state: "ignored", reason: "not a database of Odoo" });

      const sql = server.server.connect(name, { max: 1 });
      await installOdooOnly(sql);
      await sql.end();

      const reason = "neither queue_job nor connector is installed";
      assertEquals(await found(name), { state: "ignored", reason });
    });

    it("pauses while the add-on is upgraded", async () => {
      const { name } = await server.database("14.0", { state: "to upgrade" });

      const reason = "queue_job is being upgraded";
      assertEquals(await found(name), { state: "paused", reason });
    });

    for (
      const [generation, known] of [
        ["8.0", "connector 8.0"],
        ["10.0", "queue_job 10.0"],
        ["16.0", "queue_job 16.0"],
        ["18.0-2025", "queue_job 18.0"],
      ] as const
    ) {
      it(`knows ${known} by what ${generation} has`, async () => {
        const { name, generation: odoo } = await server.database(generation);

        const ours = await found(name) as KnownGeneration;

        assertEquals(ours.name, known);
        assertEquals(ours.hasJobLocks, odoo.hasLockTable);
        assertEquals(ours.columns.has("active"), odoo.hasActiveColumn);
      });
    }
  });

  describe("lock", () => {
    for (const generation of ["8.0", "16.0-2025"]) {
      it(`lets one runner lead ${generation}, and the next when it has gone`, async () => {
        const odoo = await server.database(generation);
        const [first, second] = [ours(odoo), ours(odoo)];
        const session = await openSession(first);
        const known = await generationOf(first, session);
        const other = await openSession(second);

        assertEquals(await first.lock(session, known), true);
        assertEquals(await second.lock(other, known), false);
        await session.end();
        assertEquals(await second.lock(other, known), true);
      });
    }

    for (
      const [generation, key] of [
        ["8.0", "hashtext('jobrunner')"],
        ["16.0-2025", "2293787760715711918"],
      ] as const
    ) {
      it(`is refused while the stock runner of ${generation} holds it`, async () => {
        const odoo = await server.database(generation);
        const stock = await odoo.sql.reserve();
        await stock.unsafe(`select pg_advisory_lock(${key})`);
        const database = ours(odoo);
        const session = await openSession(database);
        const known = await generationOf(database, session);

        assertEquals(await database.lock(session, known), false);

        await stock.unsafe(`select pg_advisory_unlock(${key})`);
        stock.release();
        assertEquals(await database.lock(session, known), true);
      });
    }

    it("ends the ghost of our own session that holds it", async () => {
      const odoo = await server.database("16.0");
      const database = ours(odoo);
      let loss: SessionLost | undefined;
      const ghost = await openSession(database, (reason) => loss = reason);
      const known = await generationOf(database, ghost);
      assertEquals(await database.lock(ghost, known), true);

      const session = await openSession(database);
      assertEquals(await database.lock(session, known), true);

      await until("the ghost is told", () => loss !== undefined);
      assertEquals(ghost.isOpen, false);
      assertEquals(await server.backends(), 1);
    });

    it("leaves the session of another runner alone", async () => {
      const odoo = await server.database("16.0");
      const [first, second] = [ours(odoo), ours(odoo)];
      const early = await openSession(second);
      const known = await generationOf(second, early);
      await second.lock(early, known);
      await early.end();
      const leading = await openSession(first);
      assertEquals(await first.lock(leading, known), true);

      assertEquals(await second.lock(await openSession(second), known), false);

      assertEquals(leading.isOpen, true);
      await leading.run("select 1");
    });
  });

  describe("selectJobs", () => {
    async function uuids(odoo: TestDatabase, where?: string, ...args: string[]) {
      const found: string[] = [];
      for await (const job of ours(odoo).selectJobs(where, args)) found.push(job.uuid);
      return found;
    }

    it("gives the jobs that a condition chooses, by id", async () => {
      const odoo = await server.database("16.0");
      const [a, b, c] = await odoo.addJobs(
        { state: "failed", channel: "it's" },
        { state: "done" },
        { state: "failed" },
      );

      assertEquals(await uuids(odoo), [a!, b!, c!]);
      assertEquals(await uuids(odoo, "state = $1", "failed"), [a!, c!]);
      assertEquals(await uuids(odoo, "state = $1 and channel = $2", "failed", "it's"), [a!]);
      assertEquals(await uuids(odoo, "state = $1 or state = $2", "done", "failed"), [a!, b!, c!]);
    });

    it("gives more than a page", async () => {
      const odoo = await server.database("8.0", { hasChannelColumn: false });
      await odoo.sql`
        insert into queue_job (uuid, state)
        select number::text, 'pending' from generate_series(1, ${PAGE_ROWS + 5}::int) number`;

      const found = await uuids(odoo);

      assertEquals(found.length, PAGE_ROWS + 5);
      assertEquals(new Set(found).size, PAGE_ROWS + 5);
    });

    it("ends its connection when no more is wanted", async () => {
      const odoo = await server.database("16.0");
      await odoo.addJobs({}, {}, {});
      const jobs = ours(odoo).selectJobs();

      await jobs.next();
      assertEquals(await server.backends(), 1);
      await jobs.return();

      assertEquals(await server.backends(), 0);
    });

    it("may run several times at once", async () => {
      const odoo = await server.database("16.0");
      const added = await odoo.addJobs({}, {});

      const found = await Promise.all([uuids(odoo), uuids(odoo)]);

      assertEquals(found, [added, added]);
    });

    it("says why there are none to read", async () => {
      const name = await server.server.createDatabase("empty");

      const error = await assertRejects(() => ours({ name }).selectJobs().next());

      assertEquals(
        (error as Error).message,
        `Cannot read jobs of database "${name}": not a database of Odoo`,
      );
    });
  });
});
