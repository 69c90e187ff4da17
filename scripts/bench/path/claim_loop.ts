import type { ClaimLoopCommand } from "./commands.ts";
import { connectTo, finishJobs } from "./job_batches.ts";

/** Loops side by side, so that one can finish jobs while another claims. */
const LOOPS = 2;

/**
 * A dispatcher that does nothing but what cannot be left out: claims as many jobs as there is
 * capacity for, in order, and finishes them. No scheduler, no notification, no request: what the
 * database can do at most.
 */
export async function runClaimLoop({ database, capacity }: ClaimLoopCommand): Promise<void> {
  const share = Math.ceil(capacity / LOOPS);
  await Promise.all(Array.from({ length: LOOPS }, () => loop(database, share)));
}

async function loop(database: string, share: number): Promise<void> {
  const sql = connectTo(database, 1);
  let afterId = 0;
  while (true) {
    const claimed = await sql<{ id: number; uuid: string }[]>`
      with due as (
        select id from queue_job where id > ${afterId} and state = 'pending'
        order by id limit ${share} for update skip locked
      )
      update queue_job set state = 'enqueued',
        date_enqueued = date_trunc('seconds', now() at time zone 'utc')
      from due where queue_job.id = due.id
      returning queue_job.id, uuid`;
    if (claimed.length === 0) break;
    await finishJobs(sql, claimed.map((it) => it.uuid));
    afterId = Math.max(...claimed.map((it) => it.id));
  }
  await sql.end();
}
