import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import type { InstallOptions } from "../../scripts/demo/odoo_schema.ts";
import { SystemClock } from "../../src/clock.ts";
import {
  allowStatements,
  CLAIM,
  jobPage,
  PUT_BACK,
  WAITING_STATES,
} from "../../src/database/queries.ts";
import { execute, FAILED_NAMES_MAX, PAGE_ROWS } from "../../src/database/statement.ts";
import { LedDatabase } from "../support/led_database.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

const SECONDS = 1_700_000_000;
const FIRST_PAGE = { kind: "scanWaiting", afterId: 0, isWalk: false } as const;

/** One of each set of columns. */
const SCHEMAS: readonly [string, InstallOptions?][] = [
  ["8.0"],
  ["8.0", { hasChannelColumn: false }],
  ["9.0"],
  ["10.0"],
  ["12.0"],
  ["13.0"],
  ["16.0"],
  ["16.0-2025"],
];

function putBack(...uuids: readonly string[]) {
  return { kind: "putBack", uuids, enqueuedSeconds: uuids.map(() => SECONDS) } as const;
}

describe("execute", () => {
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

  async function lead(generation = "16.0", options: InstallOptions = {}): Promise<void> {
    odoo = await server.database(generation, options);
    ours = await LedDatabase.open(odoo, server.connection, clock);
  }

  /** So many that wait, by their ids. */
  async function addWaiting(count: number): Promise<void> {
    await odoo.sql`
      insert into queue_job (uuid, state, date_created)
      select 'job ' || number, 'pending', now() from generate_series(1, ${count}::int) number`;
  }

  /** The server's statistics will know nothing of what is inserted from now on. */
  async function keepStatistics(): Promise<void> {
    await odoo.sql`alter table queue_job set (autovacuum_enabled = false)`;
    await odoo.sql`vacuum analyze queue_job`;
  }

  const claim = (...uuids: string[]) => {
    return ours.run({ kind: "claim", uuids, enqueuedSeconds: SECONDS });
  };
  const read = async (...uuids: string[]) => [...(await ours.run({ kind: "read", uuids })).rows];
  const scanWaiting = async () => [...(await ours.run(FIRST_PAGE)).rows];
  const scanCounted = async (...sequentialChannels: string[]) => {
    return [...(await ours.run({ kind: "scanCounted", afterId: 0, sequentialChannels })).rows];
  };

  for (const [generation, options] of SCHEMAS) {
    const name = generation + (options ? " without a column for channels" : "");

    it(`reads, claims, puts back and counts jobs of ${name}`, async () => {
      await lead(generation, options);
      const hasChannels = options?.hasChannelColumn ?? true;
      const channel = hasChannels ? "root.mail" : null;
      const uuid = await odoo.addJob({ ...(hasChannels ? { channel } : {}), priority: 7 });

      const [row] = await read(uuid);
      const waiting = await scanWaiting();
      const claimed = await claim(uuid);
      const counted = await scanCounted("root.mail");
      const { uuids: back } = await ours.run(putBack(uuid));
      await odoo.addJob({ state: "failed" });
      const { failedCounts } = await ours.run({ kind: "countFailed", sequentialChannels: [] });

      assertEquals(row, {
        ...{ uuid, channel, priority: 7, state: "pending", sequence: 1 },
        ...{ createdMs: row!.createdMs, etaMs: null, enqueuedMs: null },
      });
      assertEquals(waiting, [row!]);
      assertEquals(claimed.uuids, [uuid]);
      const enqueued = { ...row!, state: "enqueued", enqueuedMs: SECONDS * 1000 };
      assertEquals(counted, [enqueued]);
      assertEquals(back, [uuid]);
      assertEquals(await read(uuid), [row!]);
      assertEquals([...failedCounts], [["root", 1]]);
    });
  }

  describe("claim", () => {
    it("takes pending jobs alone, and changes nothing else", async () => {
      await lead();
      const states = ["pending", "wait_dependencies", "enqueued", "started"];
      const over = ["done", "cancelled", "failed"];
      const uuids = await odoo.addJobs(...[...states, ...over].map((state) => ({ state })));
      const before = await odoo.sql`select * from queue_job where state <> 'pending' order by id`;

      const { uuids: claimed } = await claim(...uuids, "missing");

      assertEquals(claimed, [uuids[0]!]);
      const after = await odoo.sql`
        select * from queue_job where uuid <> ${uuids[0]!} order by id`;
      assertEquals(JSON.stringify(after), JSON.stringify(before));
    });

    it("writes the whole second that it was told, whatever the time zone", async () => {
      await lead();
      const uuid = await odoo.addJob();
      await ours.session.run("set timezone = 'Asia/Tokyo'");

      await claim(uuid);

      const [row] = await odoo.sql`
        select date_enqueued::text as text from queue_job where uuid = ${uuid}`;
      assertEquals(row!["text"], "2023-11-14 22:13:20");
      assertEquals((await read(uuid))[0]!.enqueuedMs, SECONDS * 1000);
    });

    it("finds rows by uuid and id, by a plan that was made for an empty table too", async () => {
      await lead();
      await odoo.sql`vacuum analyze queue_job`;
      const explained = await odoo.sql.begin(async (sql) => {
        await sql.unsafe(allowStatements(10_000, "keys"));
        await sql.unsafe(`prepare claim(text[], int, float8) as ${CLAIM}`);
        await sql.unsafe(`prepare put_back(text[], int, float8[]) as ${PUT_BACK}`);
        return [
          await sql.unsafe(`explain execute claim('{a,b}', null, 0)`),
          await sql.unsafe(`explain execute put_back('{a,b}', null, '{0,0}')`),
        ];
      });

      for (const plan of explained) {
        const text = plan.map((it) => it["QUERY PLAN"]).join("\n");
        assertMatch(text, /queue_job_pkey[^]*?Index Cond: \(id = ANY \(/);
        assertMatch(text, /queue_job_uuid_index[^]*?Index Cond: \(\(uuid\)::text = /);
        assertEquals(/Seq Scan|queue_job_state_index/.test(text), false, text);
      }
    });

    it("passes over a row that someone's transaction holds, without waiting", async () => {
      await lead();
      const [held, free] = await odoo.addJobs({}, {});
      const transaction = await odoo.sql.reserve();
      await transaction`begin`;
      await transaction`select from queue_job where uuid = ${held!} for update`;

      const { uuids } = await claim(held!, free!);
      await transaction`rollback`;
      transaction.release();

      assertEquals(uuids, [free!]);
      assertEquals((await claim(held!)).uuids, [held!]);
    });

    it("never brings back a job that was cancelled a moment ago", async () => {
      await lead();
      const uuid = await odoo.addJob();
      await odoo.sql`update queue_job set state = 'cancelled' where uuid = ${uuid}`;

      assertEquals((await claim(uuid)).uuids, []);
      assertEquals(await odoo.state(uuid), "cancelled");
    });

    it("notifies of what it changes", async () => {
      await lead();
      const uuid = await odoo.addJob();
      await ours.session.run("listen queue_job");

      await claim(uuid);

      await until("it is heard", () => ours.heard.length > 0);
      assertEquals(ours.heard, [uuid]);
    });
  });

  it("has no effect on a backend that is not the one that leads", async () => {
    await lead("16.0-2025");
    const [pending, enqueued] = await odoo.addJobs({}, { state: "enqueued" });
    await odoo.sql`update queue_job set date_enqueued = now() - interval '1 day'
      where uuid = ${enqueued!}`;
    const stranger = {
      fence: ours.session.pid + 1,
      run: ours.session.run.bind(ours.session),
    } as typeof ours.session;
    const guarded = { ...ours.generation, hasJobLocks: false };

    const answers = [
      await execute(stranger, ours.generation, {
        ...{ kind: "claim", uuids: [pending!], enqueuedSeconds: SECONDS },
      }),
      await execute(stranger, ours.generation, putBack(enqueued!)),
      await execute(stranger, ours.generation, {
        kind: "requeueLost",
        askedUuids: [],
        graceMs: 0,
        undatedUuids: [],
      }),
      await execute(stranger, guarded, {
        kind: "requeueLost",
        askedUuids: [],
        graceMs: 0,
        undatedUuids: [],
      }),
    ];

    assertEquals(answers.map((it) => it.uuids), [[], [], [], []]);
    assertEquals(await odoo.state(pending!), "pending");
    assertEquals(await odoo.state(enqueued!), "enqueued");
  });

  describe("putBack", () => {
    it("leaves alone what Odoo has begun with, or ended", async () => {
      await lead();
      const states = ["started", "done", "failed", "cancelled", "pending"];
      const uuids = await odoo.addJobs(...states.map((state) => ({ state })));

      const answer = await ours.run(putBack(...uuids));

      assertEquals(answer.uuids, []);
      assertEquals(await Promise.all(uuids.map((it) => odoo.state(it))), states);
    });

    it("leaves a row that someone's transaction holds", async () => {
      await lead();
      const uuid = await odoo.addJob();
      await claim(uuid);
      const transaction = await odoo.sql.reserve();
      await transaction`begin`;
      await transaction`select from queue_job where uuid = ${uuid} for update`;

      const { uuids } = await ours.run(putBack(uuid));
      await transaction`rollback`;
      transaction.release();
      const { uuids: afterwards } = await ours.run(putBack(uuid));

      assertEquals([uuids, afterwards], [[], [uuid]]);
    });

    it("leaves a row that another runner has enqueued since", async () => {
      await lead();
      const uuid = await odoo.addJob();
      await claim(uuid);
      const enqueuedSeconds = [SECONDS - 1];

      const { uuids } = await ours.run({ kind: "putBack", uuids: [uuid], enqueuedSeconds });

      assertEquals([uuids, await odoo.state(uuid)], [[], "enqueued"]);
    });
  });

  describe("read", () => {
    it("gives the rows that there are", async () => {
      await lead();
      const uuid = await odoo.addJob();

      assertEquals((await read("missing", uuid, "it's not one")).map((it) => it.uuid), [uuid]);
    });

    it("gives nulls as nulls", async () => {
      await lead();
      const uuid = await odoo.addJob({ channel: null, priority: null });
      await odoo.sql`update queue_job set date_created = null where uuid = ${uuid}`;

      const [row] = await read(uuid);

      assertEquals(row, {
        ...{ uuid, channel: null, priority: null, state: "pending", sequence: 1 },
        ...{ createdMs: null, etaMs: null, enqueuedMs: null },
      });
    });

    it("gives times in UTC to the microsecond, whatever the time zone", async () => {
      await lead();
      const uuid = await odoo.addJob();
      // In the hour that daylight saving time skips, or has twice, elsewhere.
      await odoo.sql`update queue_job set date_created = '2024-03-31 02:30:00.123456',
        eta = '2024-10-27 02:30:00.000001' where uuid = ${uuid}`;

      for (const zone of ["UTC", "Europe/Paris", "Asia/Tokyo", "America/St_Johns"]) {
        await ours.session.run(`set timezone = '${zone}'`);
        const [row] = await read(uuid);

        assertAlmostEquals(row!.createdMs!, Date.UTC(2024, 2, 31, 2, 30) + 123.456, 0.000_5);
        assertAlmostEquals(row!.etaMs!, Date.UTC(2024, 9, 27, 2, 30) + 0.001, 0.000_5);
      }
    });
  });

  describe("scan", () => {
    it("reads what waits and what takes a place, each by id", async () => {
      await lead();
      const states = ["started", "pending", "done", "wait_dependencies", "failed"];
      const uuids = await odoo.addJobs(
        ...[...states, "cancelled", "enqueued"].map((state) => ({ state })),
      );

      const waiting = await scanWaiting();
      const counted = await scanCounted();

      assertEquals(waiting.map((it) => it.uuid), [uuids[1]!, uuids[3]!]);
      assertEquals(counted.map((it) => it.uuid), [uuids[0]!, uuids[6]!]);
    });

    it("reads a page of rows as each alone is read, whatever stands in them", async () => {
      await lead();
      const texts = ['with "quotes", \\ and\ttabs', "Zürich 🚚", "NULL", ""];
      const uuids = await odoo.addJobs(...texts.map((channel) => ({ channel })), {});
      await odoo.sql`update queue_job set date_created = '2024-03-31 02:30:00.123456',
        eta = 'infinity', date_enqueued = '-infinity', priority = null where uuid = ${uuids[0]!}`;
      await odoo.sql`update queue_job set uuid = ${'a "name"\n'} where uuid = ${uuids[4]!}`;

      const waiting = await scanWaiting();
      const alone = await read(...uuids.slice(0, 4), 'a "name"\n');

      assertEquals(waiting.map((it) => it.channel), [...texts, null]);
      assertEquals(waiting[0]!.etaMs, Infinity);
      assertEquals(waiting, alone.sort((a, b) => a.sequence - b.sequence));
      assertEquals(await scanCounted(), []);
    });

    it("reads failed jobs where a failure blocks, and only counts the others", async () => {
      await lead();
      const failed = (channel: string | null) => ({ state: "failed", channel });
      const uuids = await odoo.addJobs(failed("a"), failed("root.a"), failed("b"), failed(null));
      const sequentialChannels = ["root.a", "a"];

      const counted = await scanCounted(...sequentialChannels);
      const { failedCounts } = await ours.run({ kind: "countFailed", sequentialChannels });

      assertEquals(counted.map((it) => it.uuid), uuids.slice(0, 2));
      assertEquals(Object.fromEntries(failedCounts), { b: 1, root: 1 });
    });

    it("counts the failed jobs of a thousand channels, those with the most", async () => {
      await lead();
      const failed = (channel: string) => ({ state: "failed", channel });
      const many = Array.from({ length: FAILED_NAMES_MAX }, (_, number) => failed(`of ${number}`));
      await odoo.addJobs(...many, failed("busy"), failed("busy"));

      const { failedCounts } = await ours.run({ kind: "countFailed", sequentialChannels: [] });

      assertEquals(failedCounts.size, FAILED_NAMES_MAX);
      assertEquals(failedCounts.get("busy"), 2);
    });

    it("knows jobs without a channel as those of a sequential root", async () => {
      await lead();
      const uuid = await odoo.addJob({ state: "failed", channel: null });

      assertEquals((await scanCounted("root")).map((it) => it.uuid), [uuid]);
    });

    it("goes on behind the last page", async () => {
      await lead();
      await addWaiting(PAGE_ROWS + 10);

      const first = await ours.run(FIRST_PAGE);
      const second = await ours.run({ ...FIRST_PAGE, afterId: first.nextId! });

      assertEquals(first.rows.length, PAGE_ROWS);
      assertEquals([...second.rows].map((it) => it.uuid)[0], `job ${PAGE_ROWS + 1}`);
      assertEquals([second.rows.length, second.nextId], [10, null]);
    });

    it("says how many the server expects, where there is more than a page", async () => {
      await lead();
      await keepStatistics();
      await addWaiting(PAGE_ROWS - 1);
      const one = await ours.run(FIRST_PAGE);
      await odoo.addJob();
      const more = await ours.run(FIRST_PAGE);

      assertEquals(one.expected, Infinity);
      assertEquals(more.expected < PAGE_ROWS, true, `${more.expected}`);
    });

    it("walks by id, whatever the server expects", async () => {
      await lead();
      await keepStatistics();
      await addWaiting(2 * PAGE_ROWS);
      const columns = new Set(["channel"]);
      const page = jobPage({ columns, where: WAITING_STATES, placeholders: 0, isWalk: true });

      const explained = await odoo.sql.begin(async (sql) => {
        await sql.unsafe(allowStatements(10_000, "order"));
        await sql.unsafe(`prepare page(float8, int) as ${page}`);
        return await sql.unsafe(`explain execute page(10, ${PAGE_ROWS})`);
      });

      const text = explained.map((it) => it["QUERY PLAN"]).join("\n");
      assertMatch(text, /Index Scan using queue_job_pkey[^]*?Index Cond: \(\(?id > '?10/);
      assertEquals(/Sort|queue_job_state_index/.test(text), false, text);
    });

    it("walks over a gap in pieces, and comes to an end", async () => {
      await lead();
      await addWaiting(2);
      await odoo.sql`
        insert into queue_job (id, uuid, state) values (1000000, 'far', 'pending')`;

      const found: string[] = [];
      let pieces = 0;
      for (let afterId: number | null = 0; afterId !== null; pieces++) {
        const { rows, nextId } = await ours.run({ ...FIRST_PAGE, afterId, isWalk: true });
        found.push(...[...rows].map((it) => it.uuid));
        afterId = nextId;
      }

      assertEquals(found, ["job 1", "job 2", "far"]);
      assertEquals(pieces, 5);
    });
  });
});
