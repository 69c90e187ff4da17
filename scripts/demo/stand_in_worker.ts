import process from "node:process";
import { createInterface } from "node:readline";
import { JobRun } from "./stand_in_job.ts";
import { type FromWorker, SERVER_VARIABLE } from "./stand_in_protocol.ts";
import type { ToWorker } from "./stand_in_protocol.ts";
import type { ConnectionAddress } from "./single_connection.ts";
import { WorkerDatabase } from "./stand_in_database.ts";

/**
 * One worker process of the stand-in Odoo: takes one job at a time, may be killed at any moment.
 */
function main(): void {
  const server = JSON.parse(process.env[SERVER_VARIABLE] ?? "{}") as ConnectionAddress;
  const databases = new Map<string, WorkerDatabase>();
  let present: JobRun | null = null;

  // Such signals may reach every process of a terminal's or a supervisor's group, and mean the
  // demo: it says when to end.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
  const lines = createInterface({ input: process.stdin });
  lines.on("close", () => process.exit(0));
  lines.on("line", (line) => {
    const message = JSON.parse(line) as ToWorker;
    if (message.kind === "finish") return present?.finish();
    void run(message);
  });
  say({ kind: "ready" });

  async function run({ job, generation }: ToWorker & { kind: "run" }): Promise<void> {
    let database = databases.get(job.database);
    if (database === undefined || database.isLost) {
      database = new WorkerDatabase(server, job.database);
      databases.set(job.database, database);
    }
    present = new JobRun(database, generation, job.uuid);
    const status = await present.run(() => say({ kind: "working" }));
    present = null;
    say({ kind: "answer", status });
  }
}

function say(message: FromWorker): void {
  process.stdout.write(JSON.stringify(message) + "\n");
}

main();
