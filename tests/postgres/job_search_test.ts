import { assert, assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import type { InstallOptions } from "../../scripts/demo/odoo_schema.ts";
import { type Clock, SystemClock } from "../../src/clock.ts";
import type { FoundJobs, JobQuestion } from "../../src/job_list.ts";
import { JobReader } from "../../src/runner/job_reader.ts";
import { OpenReads } from "../../src/runner/open_reads.ts";
import { JobSearch } from "../../src/runner/job_search.ts";
import { Slots } from "../../src/runner/slots.ts";
import { HastyClock } from "../support/fault_scene.ts";
import { closedPort } from "../support/http_server.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

/** One of each set of columns. */
const SCHEMAS: readonly [string, InstallOptions?][] = [
  ["8.0"],
  ["8.0", { hasChannelColumn: false }],
  ["9.0"],
  ["10.0"],
  ["12.0"],
  ["16.0"],
];
const ANY: JobQuestion = { database: null, uuid: null, channel: null, state: null, limit: 50 };
/** A database is not waited for longer. */
const READ_MS = 5_000;

describe("JobSearch", () => {
  let postgres: TestPostgres;
  let databases: readonly TestDatabase[] = [];

  beforeAll(async () => void (postgres = await TestPostgres.start()));
  afterEach(async () => assertEquals(await postgres.backends(), 0));
  afterAll(() => postgres.stop());

  async function find(
    question: Partial<JobQuestion> = {},
    clock: Clock = new SystemClock(),
  ): Promise<FoundJobs> {
    const search = new JobSearch({
      ...{ clock, connection: postgres.connection, reads: new OpenReads() },
      databases: () => databases.map((it) => it.name),
    });
    const found = await search.find({ ...ANY, ...question });
    if (clock instanceof SystemClock) assertEquals(clock.openTimers, 0);
    return found!;
  }
  const uuidsOf = ({ jobs }: FoundJobs) => jobs.map((it) => it.uuid);

  for (const [generation, options] of SCHEMAS) {
    const name = generation + (options ? " without a column for channels" : "");

    it(`says of a job what its row says: ${name}`, async () => {
      const database = await postgres.database(generation, options);
      databases = [database];
      const [uuid] = await database.addJobs({ state: "started", etaInMs: 1_000 });
      const isNew = database.generation.addon === "queue_job";
      await database.sql.unsafe(`update queue_job set retry = 2,
        exc_info = 'Traceback:' || chr(10) || '  x' || chr(10) || 'ValueError: no' || chr(10),
        ${isNew ? "method_name = 'export_record'" : "func_string = 'addon.export(''a'', 3)'"}`);

      const { jobs, ...more } = await find();

      assertEquals(more, { asked: 1, problems: [], problemCount: 0, isCut: false });
      const { createdMs, etaMs, enqueuedMs, startedMs, ...found } = jobs[0]!;
      assertEquals(found, {
        ...{ database: database.name, uuid: uuid!, state: "started", channel: null },
        ...{ priority: 10, doneMs: null, retry: 2, maxRetries: 5, error: "ValueError: no" },
        name: "res.partner.export_record",
        method: isNew ? "res.partner.export_record" : "addon.export",
      });
      assertEquals([etaMs! - createdMs!, startedMs! - enqueuedMs!], [1_000, 0]);
      assert(Math.abs(createdMs! - Date.now()) < 60_000);
    });
  }

  it("finds by uuid, state and channel, however it is spelled, the newest first", async () => {
    const database = await postgres.database("16.0");
    databases = [database];
    const [a, b, c, d, e] = await database.addJobs(
      { channel: "mail" },
      { channel: "root.mail", state: "failed" },
      { channel: "mail.bulk" },
      {},
      { channel: "root", state: "failed" },
    );

    const seen = await Promise.all([
      find(),
      find({ uuid: c! }),
      find({ uuid: "nobody's" }),
      find({ state: "failed" }),
      find({ channel: "root.mail" }),
      find({ channel: "root" }),
      find({ channel: "root.mail", state: "pending" }),
      find({ uuid: a!, state: "failed" }),
    ]);

    assertEquals(seen.map(uuidsOf), [[e, d, c, b, a], [c], [], [e, b], [b, a], [e, d], [a], []]);
  });

  it("knows no channel but root where there is no column for it", async () => {
    const database = await postgres.database("8.0", { hasChannelColumn: false });
    databases = [database];
    const uuid = await database.addJob();

    const seen = [await find({ channel: "root" }), await find({ channel: "root.mail" })];

    assertEquals(seen.map(uuidsOf), [[uuid], []]);
  });

  it("answers so many, and says whether there are more", async () => {
    const database = await postgres.database("16.0");
    databases = [database];
    const [, b, c] = await database.addJobs({}, {}, {});

    const [two, three] = [await find({ limit: 2 }), await find({ limit: 3 })];

    assertEquals([uuidsOf(two), two.isCut], [[c, b], true]);
    assertEquals([three.jobs.length, three.isCut], [3, false]);
  });

  it("has the end of each trace in time, however long they are", async () => {
    const database = await postgres.database("16.0");
    databases = [database];
    await database.addJobs(...Array(30).fill({ state: "failed" }));
    await database.sql`update queue_job
      set exc_info = repeat(' File "x.py", line 1' || chr(10), 15000) || 'ValueError: no'`;

    const { jobs, problems } = await find();

    assertEquals([new Set(jobs.map((it) => it.error)), problems], [
      new Set(["ValueError: no"]),
      [],
    ]);
  });

  it("looks in all databases, or in one, and knows no other", async () => {
    const [one, other] = databases = [
      await postgres.database("16.0"),
      await postgres.database("9.0"),
    ];
    const uuid = await one!.addJob();
    await other!.addJob({ uuid });
    const newest = await one!.addJob();

    const all = await find({ limit: 2 });
    const named = await find({ database: other!.name });
    const unknown = await find({ database: "postgres" });

    assertEquals(all.jobs.map((it) => [it.database, it.uuid]), [
      [one!.name, newest],
      [other!.name, uuid],
    ]);
    assertEquals([all.asked, all.isCut], [2, true]);
    assertEquals([uuidsOf(named), named.asked], [[uuid], 1]);
    assertEquals(unknown, null);
  });

  it("names a database that gives no answer, and has the others'", async () => {
    const [held, well, empty] = databases = [
      await postgres.database("16.0"),
      await postgres.database("16.0"),
      await postgres.database("16.0"),
    ];
    const uuid = await well!.addJob();
    await empty!.sql`drop table queue_job cascade`;
    const holder = await held!.sql.reserve();
    await holder`begin`;
    await holder`lock table queue_job`;

    const found = await find({}, new HastyClock({ [READ_MS]: 300 }));
    await holder`rollback`;
    holder.release();

    assertEquals([uuidsOf(found), found.asked, found.problemCount], [[uuid], 3, 2]);
    const problems = new Map(found.problems.map((it) => [it.database, it.problem]));
    assertEquals(problems.get(held!.name), "no answer within 5 s");
    assertMatch(problems.get(empty!.name)!, /has no table queue_job/);
  });
});

describe("JobReader", () => {
  it("ends with the runner, in the middle of a statement", async () => {
    const postgres = await TestPostgres.start();
    const { name } = await postgres.database("16.0");
    const [clock, reads] = [new SystemClock(), new OpenReads()];
    const { connection } = postgres;
    const reader = new JobReader({ clock, connection, reads, slots: new Slots(clock) });
    let isAsked = false;
    const read = reader.read(name, (session) => {
      isAsked = true;
      return session.run("select pg_sleep(60)");
    });
    await until("it reads", () => isAsked);

    await reads.stop();

    assertEquals((await read).problem, "the job runner stops");
    assertEquals([clock.openTimers, await postgres.backends()], [0, 0]);
    await postgres.stop();
  });

  it("asks nobody when it is too late", async () => {
    const clock = new SystemClock();
    const port = await closedPort();
    const connection = { ...{} as TestPostgres["connection"], port, statementTimeoutMs: 1 };
    const reader = new JobReader({
      ...{ clock, connection, slots: new Slots(clock, 1), reads: new OpenReads() },
    });

    const read = await reader.read("shop", () => Promise.reject(), clock.nowMs());

    assertMatch(read.problem!, /^not asked: /);
    assertEquals(clock.openTimers, 0);
  });
});
