import { connect } from "node:net";
import process from "node:process";
import { connectTo } from "./job_batches.ts";
import { JobLines } from "./job_lines.ts";
import { READY } from "./ready.ts";

/*
 * A dispatcher that does nothing but what cannot be left out: claims as many jobs as there is
 * capacity for, in order, asks for them, and awaits the answers. No scheduler, no notification, no
 * row read, no rule: what the rest of the benchmark can take at most. Arguments: database,
 * capacity, port of Odoo, and that of the lines where they stand for HTTP.
 */

/** How long it waits where nothing waits. */
const LOOK_MS = 2;

async function main(database: string, capacity: number, ask: (uuid: string) => Promise<void>) {
  const sql = connectTo(database, 1, "bench_loop");
  let afterId = 0;
  let open = 0;
  let onAnswer = () => {};
  console.error(READY);
  while (true) {
    const room = capacity - open;
    const claimed = room === 0 ? [] : await claim(room);
    for (const { id, uuid } of claimed) {
      afterId = Math.max(afterId, id);
      open++;
      void ask(uuid).then(() => {
        open--;
        onAnswer();
      });
    }
    if (open === capacity) await new Promise<void>((resolve) => onAnswer = resolve);
    else if (claimed.length === 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }

  /** `is true` as in the runner's own claim. */
  async function claim(room: number) {
    return await sql<{ id: number; uuid: string }[]>`
      with due as (
        select id from queue_job where id > ${afterId} and (state = 'pending') is true
        order by id limit ${room} for update skip locked
      )
      update queue_job set state = 'enqueued',
        date_enqueued = date_trunc('seconds', now() at time zone 'utc')
      from due where queue_job.id = due.id
      returning queue_job.id, uuid`;
  }
}

/** The least of an HTTP client: a GET a connection. */
function askOverHttp(port: number, database: string, uuid: string): Promise<void> {
  const path = `/queue_job/runjob?db=${database}&job_uuid=${uuid}`;
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
    socket.on("error", reject).on("end", resolve).resume();
  });
}

const [database = "", capacity, odooPort, linesPort] = process.argv.slice(2);
process.once("SIGTERM", () => process.exit());
const lines = linesPort === undefined ? null : new JobLines(Number(linesPort));
await main(database, Number(capacity), (uuid) => {
  return lines ? lines.ask(database, uuid) : askOverHttp(Number(odooPort), database, uuid);
});
