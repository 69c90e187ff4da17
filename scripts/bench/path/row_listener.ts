import { connectTo } from "./job_batches.ts";

/** More databases than this are not listened to: that is for latency, not for their number. */
const DATABASES_MAX = 4;

/** Hears of every changed row, as a runner does. Answers how to stop. */
export async function listenTo(
  databases: readonly string[],
  onRow: (uuid: string) => void,
): Promise<() => Promise<void>> {
  const heard = databases.length > DATABASES_MAX ? [] : databases;
  const clients = await Promise.all(heard.map(async (database) => {
    const sql = connectTo(database, 1);
    await sql.listen("queue_job", onRow);
    return sql;
  }));
  return async () => {
    await Promise.all(clients.map((it) => it.end()));
  };
}
