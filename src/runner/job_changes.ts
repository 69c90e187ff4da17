import { awaitedJobs } from "../database/dependents.ts";
import type { KnownGeneration } from "../database/generation.ts";
import {
  canCancel,
  type ChangedJob,
  changeJobs,
  type RequeuedState,
  statesOf,
  unknowable,
} from "../database/requeue.ts";
import type { Session } from "../database/session.ts";
import { fullChannelName } from "../scheduler/mod.ts";
import type { JobChanger, JobsChange, JobsChanged, RefusedJob } from "../steering.ts";
import { JobReader, type JobReaderOptions } from "./job_reader.ts";
import type { Served } from "./served_databases.ts";
import { Slots } from "./slots.ts";

export interface JobChangesOptions extends Omit<JobReaderOptions, "slots"> {
  readonly served: (database: string) => Served | undefined;
}

/** More are for `jobrunner requeue`, or for several calls. */
const CHOSEN_MAX = 10_000;
const REFUSED_SHOWN_MAX = 1_000;
/** A change that has begun is not cut off as early as a question. */
const LIMIT_MS = 20_000;

/**
 * Changes jobs by hand beside the running runner, which hears of it as of any change of a row.
 * Never a job that is in its hands, that a worker runs, or for which others wait.
 */
export class JobChanges implements JobChanger {
  readonly #options: JobChangesOptions;
  readonly #reader: JobReader;

  constructor(options: JobChangesOptions) {
    this.#options = options;
    this.#reader = new JobReader({
      ...options,
      slots: new Slots(options.clock),
      limitMs: LIMIT_MS,
    });
  }

  /** @throws {RangeError} It cannot be done, or only a part of it was. */
  async change(wanted: JobsChange, by: string): Promise<JobsChanged> {
    const { database, action } = wanted;
    const served = this.#options.served(database);
    if (!served) {
      throw new RangeError(
        `Cannot ${action} jobs of database "${database}": this job runner does not serve it`,
      );
    }
    const isInHands = (uuid: string) => served.turn.inFlight.get(uuid) !== undefined;
    const written: Written = { hasBegun: false, uuids: new Set() };
    const { value, problem } = await this.#reader.read(database, (session, generation) => {
      return change({ session, generation, wanted, by, isInHands, written });
    });
    if (problem === null) return value;
    const done = written.hasBegun ? `; ${written.uuids.size} were changed, maybe more` : "";
    throw new RangeError(`Cannot ${action} jobs of database "${database}": ${problem}${done}`);
  }
}

interface Work {
  readonly session: Session;
  readonly generation: KnownGeneration;
  readonly wanted: JobsChange;
  readonly by: string;
  readonly isInHands: (uuid: string) => boolean;
  readonly written: Written;
}

/** What was done, whatever comes after. */
interface Written {
  hasBegun: boolean;
  readonly uuids: Set<string>;
}

async function change(work: Work): Promise<JobsChanged> {
  const { session, generation, wanted, isInHands, written } = work;
  const { action, database, expected, isDryRun } = wanted;
  if (action === "cancel" && !canCancel(generation)) {
    throw new RangeError(`${generation.name} has no cancelled jobs: set them done instead`);
  }
  const chosen = await chosenJobs(work);
  const refused = await unchosen(work, chosen);
  const awaited = action === "requeue"
    ? new Set()
    : await awaitedJobs(session, generation, chosen.map((it) => it.uuid));
  const reasonOf = ({ uuid, outcome }: ChangedJob): string | null => {
    if (isInHands(uuid)) return "it is in this job runner's hands";
    if (outcome === "at work") return "a worker of Odoo runs it";
    if (awaited.has(uuid)) return "other jobs wait for it, which only Odoo can release";
    return null;
  };
  let changed: ChangedJob[] = [];
  for (const job of chosen) {
    const reason = reasonOf(job);
    if (reason === null) changed.push(job);
    else refused.push({ uuid: job.uuid, reason });
  }
  if (expected !== null && expected !== chosen.length) {
    throw new RangeError(`${chosen.length} are chosen now, not ${expected}: nothing is changed`);
  }
  if (!isDryRun) {
    await changeChosen(work, changed.map((it) => it.uuid));
    const held = changed.filter((it) => !written.uuids.has(it.uuid));
    refused.push(...held.map(({ uuid }) => ({ uuid, reason: HELD })));
    changed = changed.filter((it) => written.uuids.has(it.uuid));
  }
  const risky: readonly string[] = action === "requeue" ? unknowable(generation, REQUEUED) : [];
  return {
    ...{ database, action, chosen: chosen.length, changed: changed.length, isDryRun },
    mayRunTwice: changed.filter((it) => risky.includes(it.state)).length,
    refusedCount: refused.length,
    refused: refused.slice(0, REFUSED_SHOWN_MAX),
  };
}

/** Looks, and changes nothing. */
async function chosenJobs(work: Work): Promise<ChangedJob[]> {
  const { session, generation, wanted } = work;
  const chosen: ChangedJob[] = [];
  const { action } = wanted;
  const choice = choiceOf(work, wanted.uuids);
  for await (const page of changeJobs(session, generation, { action, choice, isDryRun: true })) {
    chosen.push(...page);
    if (chosen.length > CHOSEN_MAX) {
      throw new RangeError(`more than ${CHOSEN_MAX} are chosen: choose fewer at once`);
    }
  }
  return chosen;
}

/** Those that were named and are not chosen. */
async function unchosen(
  { session, generation, wanted: { uuids } }: Work,
  chosen: readonly ChangedJob[],
): Promise<RefusedJob[]> {
  const known = new Set(chosen.map((it) => it.uuid));
  const others = uuids.filter((it) => !known.has(it));
  if (others.length === 0) return [];
  const states = await statesOf(session, generation, others);
  return others.map((uuid) => {
    const state = states.get(uuid);
    return { uuid, reason: state === undefined ? "there is no such job" : `it is ${state}` };
  });
}

/** All but those that somebody else holds or has changed meanwhile. */
async function changeChosen(work: Work, uuids: readonly string[]): Promise<void> {
  const { session, generation, wanted, by, isInHands, written } = work;
  const { action } = wanted;
  // Reading took a while: what has come into our hands since has another state than the one chosen.
  const free = uuids.filter((it) => !isInHands(it));
  if (free.length > 0) {
    const choice = choiceOf(work, free);
    const result = `${RESULT[action]} by ${by}`;
    written.hasBegun = true;
    const pages = changeJobs(session, generation, { action, choice, isDryRun: false, result });
    for await (const page of pages) {
      for (const { uuid, outcome } of page) if (outcome === "changed") written.uuids.add(uuid);
    }
  }
}

const HELD = "somebody else holds its row, or has changed it";
const RESULT = { requeue: "Requeued", cancel: "Cancelled", done: "Set done" } as const;

function choiceOf({ wanted, generation }: Work, uuids: readonly string[]) {
  const { channel, olderThanMs, action, states } = wanted;
  const name = channel === null ? null : fullChannelName(channel);
  return { states: states ?? harmless(action, generation), channel: name, olderThanMs, uuids };
}

const REQUEUED: readonly RequeuedState[] = ["failed", "enqueued", "started"];

/** A job that may be at work is requeued only by who says its state. */
function harmless(action: JobsChange["action"], generation: KnownGeneration) {
  if (action !== "requeue") return ["pending", "wait_dependencies", "failed"] as const;
  const unsure = unknowable(generation, REQUEUED);
  return REQUEUED.filter((it) => !unsure.includes(it));
}
