import { randomUUID } from "node:crypto";
import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { HastyClock } from "../support/fault_scene.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";
import { answers, closes, type Fault, resets, ScriptedOdoo } from "./scripted_odoo.ts";

/** How long a job waits whose request had no answer, and until the next search for dead ones. */
const GRACE_MS = 10_000;
const LOGIN = `<form action="/web/login"><input type="password"></form>`;

/** State of the row at the end, and how many requests it took. */
type Ending = readonly [state: string, requests: number];

interface Case extends Fault {
  /** Where Odoo has no guard against a second start; with a row lock; with `queue_job_lock`. */
  readonly ends: readonly [none: Ending, rowLock: Ending, jobLocks: Ending];
  /** What the log says of the job or of its database. */
  readonly says?: string;
  /** A session may have run out: where there are sessions, it is tried again with another. */
  readonly mayBeSession?: true;
  /** The database is given a pause: so it is another one than that of the other cases. */
  readonly holds?: "refused" | "wrong";
}

interface Asked {
  readonly what: string;
  readonly database: TestDatabase;
  readonly uuid: string;
  readonly ending: string;
  readonly says: string | undefined;
}

const all = (state: string, requests: number): Case["ends"] => {
  return [[state, requests], [state, requests], [state, requests]];
};
const NOT_ASKED_AGAIN = all("enqueued", 1)[0];
const UNKNOWN: Case["ends"] = [NOT_ASKED_AGAIN, ["done", 2], ["done", 2]];
const AT_WORK: Case["ends"] = [["started", 1], ["started", 1], ["done", 2]];
const NO_ANSWER = "got no answer";
const HELD = "no jobs of this database are taken";

/** What becomes of a job, by the answer to its first request. README tells the same. */
const CASES: Readonly<Record<string, Case>> = {
  "closed, enqueued": { answer: closes, ends: UNKNOWN, says: NO_ANSWER },
  "closed, started": { answer: closes, row: "started", ends: AT_WORK, says: NO_ANSWER },
  "closed, done": { answer: closes, row: "done", ends: all("done", 1), says: NO_ANSWER },
  "reset, enqueued": { answer: resets, ends: UNKNOWN, says: NO_ANSWER },
  "reset, started": { answer: resets, row: "started", ends: AT_WORK, says: NO_ANSWER },
  "504, enqueued": { answer: answers(504), ends: UNKNOWN, says: "proxy_read_timeout" },
  "504, started": { answer: answers(504), row: "started", ends: AT_WORK, says: NO_ANSWER },
  "504, done": { answer: answers(504), row: "done", ends: all("done", 1), says: NO_ANSWER },
  "500, failed": { answer: answers(500), row: "failed", ends: all("failed", 1) },
  "500, done": { answer: answers(500), row: "done", ends: all("done", 1) },
  "400, failed": { answer: answers(400), row: "failed", ends: all("failed", 1) },
  "200, done": { answer: answers(200), row: "done", ends: all("done", 1) },
  "200, enqueued": { answer: answers(200), ends: all("done", 2), holds: "refused" },
  "500, enqueued": { answer: answers(500), ends: all("done", 2), holds: "refused" },
  "200 of the wrong database": {
    ...{ answer: answers(200), times: 3, ends: all("done", 4), holds: "wrong" },
    says: "another database may answer",
  },
  "303 to the login": {
    ...{ answer: answers(303, "", "/web/login"), ends: all("done", 2), holds: "refused" },
    ...{ says: HELD, mayBeSession: true },
  },
  "302 elsewhere": {
    ...{ answer: answers(302, "", "https://shop"), ends: all("done", 2), holds: "refused" },
    ...{ says: HELD, mayBeSession: true },
  },
  "login page": {
    ...{ answer: answers(200, LOGIN), ends: all("done", 2), holds: "refused" },
    ...{ says: HELD, mayBeSession: true },
  },
  "web page": {
    ...{ answer: answers(200, "<h1>Welcome</h1>"), ends: all("done", 2), holds: "refused" },
    says: HELD,
  },
  "401": {
    ...{ answer: answers(401), ends: all("done", 2), holds: "refused" },
    says: HELD,
  },
  "404": {
    ...{ answer: answers(404, "<h1>Not Found</h1>"), ends: all("done", 2), holds: "refused" },
    ...{ says: HELD, mayBeSession: true },
  },
};

/** The same, of answers after which nothing is asked of Odoo until a probe has found it. */
const CLOSING: typeof CASES = {
  "502, enqueued": { answer: answers(502), ends: UNKNOWN, says: "a proxy answers 502" },
  "503, started": { answer: answers(503), row: "started", ends: AT_WORK, says: "answers 503" },
};

const GENERATIONS = { "8.0": 0, "10.0": 0, "12.0": 1, "16.0": 1, "16.0-2025": 2 } as const;

describe("what becomes of a job, by the answer to its request", () => {
  let postgres: TestPostgres;
  let odoo: ScriptedOdoo;
  let test: TestRunner;
  let asked: readonly Asked[];

  beforeAll(async () => {
    postgres = await TestPostgres.start();
  });
  afterEach(async () => {
    await test.stop();
    await odoo.stop();
  });
  afterAll(() => postgres.stop());

  function endings(): Promise<string[]> {
    return Promise.all(asked.map(async ({ what, database, uuid }) => {
      return `${what}: ${await database.state(uuid)} after ${odoo.countOf(uuid)}`;
    }));
  }

  /** Of the job, of its database, or of Odoo as a whole. */
  function isSaid({ uuid, database, says = "" }: Asked): boolean {
    return test.log.all.some((it) =>
      it.text.includes(says) &&
      (it.text.includes(uuid) || it.database === database.name || it.database === "?")
    );
  }

  async function start(name: keyof typeof GENERATIONS, cases: typeof CASES): Promise<void> {
    const hasSession = generationNamed(name).sessionPath !== null;
    odoo = await ScriptedOdoo.start();
    const databases = new Map<string, TestDatabase>();
    for (const { holds = "" } of Object.values(cases)) {
      if (!databases.has(holds)) databases.set(holds, await postgres.database(name));
    }
    test = TestRunner.start(postgres, {
      ...{ databases: [...databases.values()], port: odoo.port, channels: "root:100" },
      clock: new HastyClock({ [GRACE_MS]: 150 }),
    });
    await test.untilReady(...databases.values());
    asked = Object.entries(cases).map(([what, { holds = "", ...it }]) => {
      const [state, requests] = it.ends[GENERATIONS[name]];
      const extra = hasSession && it.mayBeSession ? 1 : 0;
      const job = { what, database: databases.get(holds)!, uuid: randomUUID(), says: it.says };
      odoo.expect(job.database, job.uuid, { ...it, times: (it.times ?? 1) + extra });
      return { ...job, ending: `${what}: ${state} after ${requests + extra}` };
    });
    for (const { database, uuid } of asked) await database.addJob({ uuid });
  }

  /** Compared twice: nothing is asked for once more when a grace is over. */
  async function compare(): Promise<void> {
    const expected = asked.map((it) => it.ending);
    await until("all have ended", async () => `${await endings()}` === `${expected}`)
      .catch(async () => assertEquals(await endings(), expected));

    const { database } = asked[0]!;
    const uuid = randomUUID();
    odoo.expect(database, uuid, CASES["200, done"]!);
    await database.addJob({ uuid, etaInMs: 500 });
    await database.untilState(uuid, "done");
    assertEquals(await endings(), expected);
    const strandedCount = asked.filter((it) => it.ending.includes("enqueued after")).length;
    assertEquals(test.log.countOf("is stranded"), strandedCount);
    assertEquals(asked.filter((it) => !isSaid(it)).map((it) => it.what), []);
  }

  for (const name of Object.keys(GENERATIONS) as (keyof typeof GENERATIONS)[]) {
    it(`is as the table says for Odoo ${name}`, async () => {
      await start(name, CASES);
      await compare();

      assertEquals(test.log.countOf("Odoo is away"), 0);
    });

    for (const what of Object.keys(CLOSING)) {
      it(`is as the table says for ${what} from a proxy before Odoo ${name}`, async () => {
        await start(name, { [what]: CLOSING[what]! });
        await compare();

        assertEquals([test.log.countOf("Odoo is away"), test.log.countOf("Odoo is back")], [1, 1]);
      });
    }
  }
});
