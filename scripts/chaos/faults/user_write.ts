import { setTimeout as delay } from "node:timers/promises";
import type { Sql } from "../../demo/postgres_server.ts";
import type { ChaosDatabase, ChaosSystem } from "../chaos_system.ts";
import { patiently } from "../patience.ts";

/** What someone writes into rows. */
export interface UserWrite {
  /** What is a good end for such a job beside the planned one; null: it is gone. */
  readonly ends: readonly (string | null)[];
  /** Null: deletes. */
  readonly change: ((sql: Sql) => ReturnType<Sql>) | null;
  readonly from: readonly string[];
}

const ROWS = 4;
const PAUSE_MS = 60;

interface Written {
  readonly old: string;
}

/** A few rows at a time as long as it lasts: those on their way to Odoo, then the next in line. */
export async function writeOnAndOn(
  system: ChaosSystem,
  database: ChaosDatabase,
  { lastsMs, ...write }: UserWrite & { readonly lastsMs: number },
): Promise<string | null> {
  const written: Written[] = [];
  const endMs = performance.now() + lastsMs;
  for (let turn = 0; turn === 0 || performance.now() < endMs; turn++) {
    written.push(...await writeOnce(system, database, write, turn % 2 === 0));
    await delay(PAUSE_MS);
  }
  if (written.length === 0) return null;
  const enqueued = written.filter(({ old }) => old === "enqueued").length;
  return `${written.length} jobs of ${database.data.name}, ${enqueued} of them enqueued`;
}

async function writeOnce(
  system: ChaosSystem,
  { data }: ChaosDatabase,
  { ends, change, from }: UserWrite,
  isOnTheWay: boolean,
): Promise<readonly Written[]> {
  const states = `{${from.join(",")}}`;
  const found = await patiently(() =>
    data.run((sql) =>
      sql<{ uuid: string }[]>`
        select uuid from queue_job where state = any(${states}::text[])
        order by (state = 'enqueued') = ${isOnTheWay} desc, state = 'pending' desc, priority, id
        limit ${ROWS}`
    )
  );
  // Before they are written: the answer may be lost.
  system.disturb(data.name, found.map(({ uuid }) => uuid), ends);
  const uuids = `{${found.map(({ uuid }) => uuid).join(",")}}`;
  return await patiently(() =>
    data.run(async (sql) => {
      const these = sql`with these as (
        select id, state from queue_job
        where uuid = any(${uuids}::text[]) and state = any(${states}::text[])
        for update skip locked)`;
      return change === null
        ? await sql<Written[]>`${these} delete from queue_job using these
            where queue_job.id = these.id returning these.state as old`
        : await sql<Written[]>`${these} update queue_job set ${change(sql)} from these
            where queue_job.id = these.id returning these.state as old`;
    })
  );
}
