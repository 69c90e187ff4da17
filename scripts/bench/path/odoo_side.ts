import { listenTo } from "./row_listener.ts";
import { type Command, COMMAND_PATH, type RateCommand } from "./commands.ts";
import { Counter } from "./counter.ts";
import { JobBatches } from "./job_batches.ts";
import { startLineServer } from "./job_lines.ts";
import { JobLoad } from "./job_load.ts";
import { LatencyNotes } from "./latency_notes.ts";
import { type PlainRequest, portOf, startPlainServer } from "./plain_server.ts";
import { WallClock } from "./wall_clock.ts";

/*
 * Odoo's side of the benchmark, as a process of its own: users who make jobs, and workers who run
 * them. Prints its ports; the server of PostgreSQL is in the environment.
 */

const load = new JobLoad();
const batchesOf = new Map<string, JobBatches>();
const finished = new Counter();
const open = new Counter();
let holdsRequests = false;
const held: (() => void)[] = [];
let notes: LatencyNotes | null = null;
let clock = new WallClock();

function take(request: PlainRequest): void {
  if (request.path.startsWith(COMMAND_PATH)) {
    const text = decodeURIComponent(request.path.slice(COMMAND_PATH.length));
    carryOut(JSON.parse(text) as Command).then(
      (result) => request.answer(JSON.stringify(result)),
      (error: unknown) => request.answer(JSON.stringify({ error: String(error) })),
    );
    return;
  }
  const query = new URLSearchParams(request.path.slice(request.path.indexOf("?")));
  const uuid = query.get("job_uuid") ?? "";
  const database = query.get("db") ?? "";
  // A probe.
  if (uuid === "") return request.answer("");
  takeJob(database, uuid, () => request.answer(""));
}

function takeJob(database: string, uuid: string, answer: () => void): void {
  notes?.requested(uuid);
  open.add(1);
  const run = () => batches(database).run(uuid, answer);
  if (holdsRequests) held.push(run);
  else run();
}

async function carryOut(command: Command): Promise<unknown> {
  switch (command.kind) {
    case "insert":
      await load.insert(command);
      break;
    case "rate":
      return await measureLatencies(command);
    case "reset":
      holdsRequests = command.holdsRequests;
      clock = new WallClock();
      for (const counter of [finished, open]) counter.reset();
      await Promise.all([load.end(), ...[...batchesOf.values()].map((it) => it.end())]);
      batchesOf.clear();
      break;
    case "awaitFinished":
      await finished.reaches(command.count);
      break;
    case "awaitOpen":
      await open.reaches(command.count);
      break;
    case "release":
      holdsRequests = false;
      for (const run of held.splice(0)) run();
  }
  return { atMs: clock.nowMs() };
}

async function measureLatencies(command: RateCommand): Promise<unknown> {
  clock = new WallClock();
  const finishedCount = finished.count + command.count;
  const current = notes = new LatencyNotes(() => clock.nowMs());
  const stopListening = await listenTo(command.databases, (uuid) => current.notified(uuid));
  await load.insertEvenly(command, current);
  await finished.reaches(finishedCount);
  await stopListening();
  notes = null;
  return current.latencies();
}

function batches(database: string): JobBatches {
  let known = batchesOf.get(database);
  if (!known) batchesOf.set(database, known = new JobBatches(database, (it) => finished.add(it)));
  return known;
}

const servers = [await startPlainServer(take), await startLineServer(takeJob)];
console.error(`ports ${servers.map(portOf).join(" ")}`);
