import { type Clock, SystemClock } from "../clock.ts";
import { pythonRegex } from "../config/python_regex.ts";
import type { RequeueOptions } from "../config/requeue_options.ts";
import type { Loaded, Settings } from "../config/settings.ts";
import { withCure } from "../database/connection_cure.ts";
import { Database } from "../database/database.ts";
import { discoverDatabases } from "../database/discovery.ts";
import { changeJobs, statesOf, unknowable } from "../database/requeue.ts";
import { type Session, SessionLost } from "../database/session.ts";
import { codeOf } from "../database/session_lost.ts";
import { connectionOf } from "./database_server.ts";
import { EXIT_FAILURE, EXIT_OK, type Output } from "./exit.ts";
import { drawRequeue, requeueJson, RequeueTally } from "./requeue_report.ts";
import { readable } from "./text_table.ts";

/** `requeue`: sets jobs of the served databases back to pending, one database after the other. */
export async function requeue(
  { settings, warnings }: Loaded,
  options: RequeueOptions,
  { write, writeError }: Output,
): Promise<number> {
  const clock = new SystemClock();
  for (const warning of warnings) writeError(`Warning: ${warning}\n`);
  let names;
  try {
    names = await databaseNames(settings, clock);
  } catch (error) {
    writeError(`Cannot list the databases: ${reasonOf(error)}\n`);
    return EXIT_FAILURE;
  }
  const tallies: RequeueTally[] = [];
  for (const name of names) {
    const tally = new RequeueTally(name);
    await requeueDatabase(tally, settings, options, clock);
    tallies.push(tally);
    for (const note of tally.notes) writeError(`${readable(name)}: ${note}\n`);
    if (tally.failure !== null) {
      writeError(`Cannot requeue jobs of database ${readable(name)}: ${readable(tally.failure)}\n`);
    }
  }
  const draw = options.isJson ? requeueJson : drawRequeue;
  write(draw(tallies, options));
  return tallies.some((it) => it.failure !== null) ? EXIT_FAILURE : EXIT_OK;
}

/** @throws {Error} When there is none, or nobody says which there are. */
async function databaseNames(settings: Settings, clock: Clock): Promise<string[]> {
  const names = await discoverDatabases({
    connection: connectionOf(settings),
    maintenanceDatabase: settings.maintenanceDatabase,
    templateDatabase: settings.dbTemplate,
    databases: settings.databases,
    databaseFilter: settings.dbfilter === null ? null : pythonRegex(settings.dbfilter),
    clock,
  });
  if (names.length > 0) return names;
  throw new Error("the role owns none that may be chosen, name them as in --database=shop");
}

/** What goes wrong stands in the tally, beside what was done until then. */
async function requeueDatabase(
  tally: RequeueTally,
  settings: Settings,
  options: RequeueOptions,
  clock: Clock,
): Promise<void> {
  const database = new Database(tally.database, { connection: connectionOf(settings), clock });
  let session: Session | null = null;
  try {
    session = await database.openSession();
    const generation = await database.generation(session);
    if ("reason" in generation) {
      // All that the role owns may well be others' than Odoo's.
      const isWanted = generation.state === "paused" || settings.databases !== null;
      if (isWanted) tally.notes.push(`passed over: ${generation.reason}`);
      return;
    }
    tally.generation = generation.name;
    const change = { action: "requeue", choice: options, isDryRun: options.isDryRun } as const;
    for await (const jobs of changeJobs(session, generation, change)) {
      for (const job of jobs) {
        tally.add(job);
        // Of all jobs of a database there may be millions.
        if (options.uuids.length > 0) tally.uuids.add(job.uuid);
      }
    }
    noteUnknowable(tally, unknowable(generation, options.states));
    const others = options.uuids.filter((it) => !tally.uuids.has(it));
    for (const [uuid, state] of await statesOf(session, generation, others)) {
      tally.uuids.add(uuid);
      tally.notes.push(`job ${readable(uuid)} is not chosen: it is ${readable(state)}`);
    }
  } catch (error) {
    tally.failure = session === null
      ? reasonOf(error)
      : (error as Error).message + whatToDo(error, options);
  } finally {
    await session?.end();
  }
}

/** Why there is no session. */
function reasonOf(error: unknown): string {
  return withCure((error as Error).message, codeOf(error));
}

const INSUFFICIENT_PRIVILEGE = "42501";

function whatToDo(error: unknown, { isDryRun }: RequeueOptions): string {
  if (codeOf(error) === INSUFFICIENT_PRIVILEGE) {
    return `; the rights that a requeue needs stand in the README, "Requeue jobs"`;
  }
  const isUncertain = error instanceof SessionLost && !isDryRun;
  return isUncertain ? "; the last jobs may be requeued or not, call again for the rest" : "";
}

function noteUnknowable(tally: RequeueTally, states: readonly string[]): void {
  for (const state of states) {
    const count = tally.requeuedIn(state);
    if (count === 0) continue;
    const jobs = count === 1 ? `the job that was ${state} is` : `the ${count} ${state} jobs are`;
    const then = "one that is may run twice";
    tally.notes.push(`${tally.generation} does not tell whether ${jobs} still at work: ${then}`);
  }
}
