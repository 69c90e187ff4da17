import { assert, assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { installHistory, readHistory } from "../../scripts/demo/judge_history.ts";
import { TestPostgres } from "../support/test_postgres.ts";

describe("readHistory", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await TestPostgres.start();
  });
  afterAll(() => postgres.stop());

  for (const generation of ["8.0", "16.0-2025"]) {
    it(`gives every change of state, whoever made it, in ${generation}`, async () => {
      const { sql, name, ...database } = await open(generation);
      await installHistory(sql);
      const uuid = await database.addJob({ channel: "mail", priority: 3, etaInMs: 1000 });
      await sql`update queue_job set state = 'enqueued' where uuid = ${uuid}`;
      await sql`update queue_job set priority = 4 where uuid = ${uuid}`;
      await sql`delete from queue_job where uuid = ${uuid}`;

      const history = await readHistory(sql, name);

      assertEquals(history.map(({ oldState, newState }) => [oldState, newState]), [
        [null, "pending"],
        ["pending", "enqueued"],
        ["enqueued", null],
      ]);
      const [created] = history;
      assertEquals(created?.channel, "root.mail");
      assertEquals(created?.priority, 3);
      assert(Math.abs((created?.etaMs ?? 0) - (created?.createdMs ?? 0) - 1000) < 1);
      assert(Math.abs((created?.atMs ?? 0) - Date.now()) < 60_000);
    });
  }

  it("does without the column channel", async () => {
    const database = await postgres.database("8.0", { hasChannelColumn: false });
    await installHistory(database.sql);
    await database.addJob();

    const [created] = await readHistory(database.sql, database.name);

    assertEquals(created?.channel, "root");
  });

  async function open(generation: string) {
    const database = await postgres.database(generation);
    const addJob = database.addJob.bind(database);
    return { sql: database.sql, name: database.name, addJob };
  }
});
