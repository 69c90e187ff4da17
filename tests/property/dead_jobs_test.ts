import { randomUUID } from "node:crypto";
import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { SystemClock } from "../../src/clock.ts";
import { LedDatabase } from "../support/led_database.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { holdsAsync } from "./property.ts";

/** A row of `queue_job`, and what the world around it is about. */
interface Situation {
  readonly state: string;
  /** Null: nobody knows when. Never near a limit, which a slow machine would pass. */
  readonly enqueuedSecondsAgo: number | null;
  /** One search after the other has found it enqueued without a date, or in former times. */
  readonly isSeenLong: boolean;
  readonly retry: number | null;
  readonly maxRetries: number | null;
  readonly lock: "missing" | "free" | "held";
  /** A request of ours is open for it. */
  readonly isAsked: boolean;
  /** A transaction of Odoo has its row. */
  readonly isRowHeld: boolean;
}

/** What is in a row afterwards, as far as the rule says it. */
interface Row {
  readonly state: string;
  readonly retry: number;
  readonly error: string | null;
  readonly isDated: boolean;
}

const GRACE_SECONDS = 60;
const TABLE_COUNT = 120;
const table = (locks: readonly Situation["lock"][]) =>
  fc.array(
    fc.record({
      state: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom("enqueued", "started") },
        fc.constantFrom("pending", "wait_dependencies", "done", "cancelled", "failed"),
      ),
      enqueuedSecondsAgo: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(15, 40, 90, 9_000) },
        fc.constantFrom(null, 0, 2, -3_600),
      ),
      isSeenLong: fc.boolean(),
      retry: fc.constantFrom(null, 0, 1, 2, 3, 4, 9),
      maxRetries: fc.constantFrom(null, 0, 1, 2, 3, 5),
      lock: fc.constantFrom(...locks),
      isAsked: fc.nat({ max: 5 }).map((it) => it === 0),
      isRowHeld: fc.nat({ max: 9 }).map((it) => it === 0),
    }),
    { minLength: 1, maxLength: 30 },
  );

function before({ state, retry, enqueuedSecondsAgo }: Situation): Row {
  return { state, retry: retry ?? 0, error: null, isDated: enqueuedSecondsAgo !== null };
}

/** Enqueued so long ago that it should be over or in Odoo, and nobody is known to have it. */
function isOverdue(it: Situation, seconds: number): boolean {
  const isLong = it.enqueuedSecondsAgo === null
    ? it.state === "enqueued" && it.isSeenLong
    : it.enqueuedSecondsAgo > seconds;
  return isLong && !it.isAsked && !it.isRowHeld;
}

/** The rule where workers hold a lock row for each job they run. */
function afterSearchOfDead(it: Situation): Row {
  const row = before(it);
  const isTaken = it.state === "enqueued" || it.state === "started";
  if (!isTaken || !isOverdue(it, 10) || it.lock === "held") return row;
  if (it.maxRetries !== null && it.maxRetries !== 0 && row.retry > it.maxRetries) {
    const error = "JobFoundDead: Job found dead after too many retries";
    return { ...row, state: "failed", error, isDated: false };
  }
  const spent = it.state === "started" ? 1 : 0;
  return { state: "pending", retry: row.retry + spent, error: null, isDated: false };
}

/** The rule where nobody can know whether a started job lives. */
function afterSearchOfUnasked(it: Situation): Row {
  const row = before(it);
  if (it.state !== "enqueued" || !isOverdue(it, GRACE_SECONDS)) return row;
  return { ...row, state: "pending", isDated: false };
}

function isLocked({ lock }: Situation): boolean {
  return lock === "held";
}

function uuidsOf(
  jobs: ReadonlyMap<string, Situation>,
  isChosen: (it: Situation) => boolean,
): string[] {
  return [...jobs].filter(([, it]) => isChosen(it)).map(([uuid]) => uuid);
}

/** All rows at once, with the locks that go with them. */
async function write(odoo: TestDatabase, jobs: ReadonlyMap<string, Situation>): Promise<void> {
  await odoo.addJobs(...[...jobs].map(([uuid, { state }]) => ({ uuid, state })));
  const rows = [...jobs].map(([uuid, it]) => ({ uuid, ...it }));
  const situations = `json_to_recordset($1::text::json) as it (
    uuid varchar, "enqueuedSecondsAgo" float8, retry int, "maxRetries" int, lock text)`;
  await odoo.sql.unsafe(
    `update queue_job job set retry = it.retry, max_retries = it."maxRetries",
       date_enqueued = now() at time zone 'utc' - make_interval(secs => it."enqueuedSecondsAgo")
     from ${situations} where job.uuid = it.uuid`,
    [JSON.stringify(rows)],
  );
  if (rows.every((it) => it.lock === "missing")) return;
  await odoo.sql.unsafe(
    `insert into queue_job_lock (id, queue_job_id) select job.id, job.id
     from queue_job job join ${situations} on job.uuid = it.uuid where it.lock <> 'missing'`,
    [JSON.stringify(rows)],
  );
}

/** Does something while a worker and a user have locked what the situations say. */
async function whileHeld<T>(
  odoo: TestDatabase,
  jobs: ReadonlyMap<string, Situation>,
  act: () => Promise<T>,
): Promise<T> {
  const [held, locked] = [uuidsOf(jobs, (it) => it.isRowHeld), uuidsOf(jobs, isLocked)];
  const transaction = await odoo.sql.reserve();
  try {
    await transaction`begin`;
    await transaction`
      select from queue_job where uuid = any(${held}) for update`;
    if (locked.length > 0) {
      await transaction`
        select from queue_job_lock
        where queue_job_id in (select id from queue_job where uuid = any(${locked})) for update`;
    }
    return await act();
  } finally {
    await transaction`rollback`;
    transaction.release();
  }
}

async function read(odoo: TestDatabase): Promise<Map<string, Row>> {
  const rows = await odoo.sql<(Row & { uuid: string })[]>`
    select uuid, state, coalesce(retry, 0) as retry, exc_name || ': ' || exc_info as error,
      date_enqueued is not null as "isDated"
    from queue_job`;
  return new Map(rows.map(({ uuid, ...row }) => [uuid, { ...row }]));
}

describe("a search for lost jobs", () => {
  const clock = new SystemClock();
  let server: TestPostgres;
  let odoo: TestDatabase;
  let ours: LedDatabase;

  beforeAll(async () => void (server = await TestPostgres.start()));
  afterEach(() => ours?.session.end());
  afterAll(async () => {
    await server.stop();
    assertEquals(clock.openTimers, 0);
  });

  async function checkTable(
    situations: readonly Situation[],
    rule: (situation: Situation) => Row,
  ): Promise<void> {
    await odoo.sql`truncate queue_job cascade`;
    const jobs = new Map(situations.map((it) => [randomUUID(), it]));
    await write(odoo, jobs);
    const search = {
      kind: "requeueLost",
      askedUuids: uuidsOf(jobs, (it) => it.isAsked),
      graceMs: GRACE_SECONDS * 1000,
      undatedUuids: uuidsOf(jobs, (it) => it.isSeenLong),
    } as const;

    const answer = await whileHeld(odoo, jobs, () => ours.run(search));

    const rows = await read(odoo);
    const changed = [...jobs].filter(([, it]) => rule(it).state !== it.state);
    // In the order of the situations, without the uuids, which are others each time.
    assertEquals([...jobs.keys()].map((uuid) => rows.get(uuid)), situations.map(rule));
    assertEquals([...answer.uuids].sort(), changed.map(([uuid]) => uuid).sort());
  }

  it("finds just the dead where workers lock their jobs", async () => {
    odoo = await server.database("16.0-2025");
    ours = await LedDatabase.open(odoo, server.connection, clock);

    await holdsAsync(
      fc.asyncProperty(
        table(["missing", "free", "held"]),
        (situations) => checkTable(situations, afterSearchOfDead),
      ),
      TABLE_COUNT,
    );
  });

  it("finds just the unasked where workers do not", async () => {
    odoo = await server.database("16.0");
    ours = await LedDatabase.open(odoo, server.connection, clock);

    await holdsAsync(
      fc.asyncProperty(
        table(["missing"]),
        (situations) => checkTable(situations, afterSearchOfUnasked),
      ),
      TABLE_COUNT / 4,
    );
  });
});
