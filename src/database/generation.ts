/**
 * How a second request for a job that Odoo already has is met: what decides whether it may be asked
 * for again.
 */
export type StartGuard =
  | "none" //        both see `enqueued`, and the job may run twice
  | "row lock" //    the second waits for the first and then does nothing
  | "skip locked"; // the second is answered at once

/** What one generation of the add-on expects of a job runner. */
export interface Generation {
  readonly addon: "connector" | "queue_job";
  readonly path: string;
  /**
   * Fetched once per database, for a cookie without which `path` is not found; a trailing `=` wants
   * the database.
   */
  readonly session: string | null;
  /** PostgreSQL's NOTIFY channel. */
  readonly notifyChannel: string;
  readonly triggerMadeBy: "runner" | "addon";
  /** Key of the advisory lock, as SQL: the first is no safe integer, so it stays text. */
  readonly lockKey: string;
  readonly startGuard: StartGuard;
  /** A table of locks that workers hold tells which jobs are dead. */
  readonly hasJobLocks: boolean;
}

/** What a database says of itself. */
export interface DatabaseFacts {
  /** Rows of `ir_module_module` for the two add-ons, none if the database is not Odoo's. */
  readonly addons: readonly AddonFacts[];
  /** Columns of `queue_job`; empty without the table. */
  readonly columns: readonly string[];
  readonly hasJobLocks: boolean;
}

export interface AddonFacts {
  readonly name: string;
  readonly state: string;
  /** As in `16.0.2.1.0`. */
  readonly version: string | null;
}

/** A database found to be one of a generation. */
export interface KnownGeneration extends Generation {
  /** As people call it: `queue_job 16.0`. */
  readonly name: string;
  /** Columns of `queue_job`: not all generations have all. */
  readonly columns: ReadonlySet<string>;
}

/** Why a database has nothing to run: left alone, or looked at again when its upgrade is over. */
export interface NothingToRun {
  readonly state: "ignored" | "paused";
  readonly reason: string;
}

const CONNECTOR_LOCK = "hashtext('jobrunner')";
const QUEUE_JOB_LOCK = "2293787760715711918";

const CONNECTOR: Generation = {
  addon: "connector",
  path: "/connector/runjob",
  session: "/web/login?db=",
  notifyChannel: "connector",
  triggerMadeBy: "runner",
  lockKey: CONNECTOR_LOCK,
  startGuard: "none",
  hasJobLocks: false,
};

const QUEUE_JOB: Generation = {
  addon: "queue_job",
  path: "/queue_job/runjob",
  session: null,
  notifyChannel: "queue_job",
  triggerMadeBy: "addon",
  lockKey: QUEUE_JOB_LOCK,
  startGuard: "row lock",
  hasJobLocks: false,
};

/** The generations, newest first: the first that fits a database is its own. */
const GENERATIONS: readonly {
  fits(addon: string, major: number, hasJobLocks: boolean): boolean;
  is: Generation;
}[] = [
  {
    fits: (addon, _major, hasJobLocks) => addon === "queue_job" && hasJobLocks,
    is: { ...QUEUE_JOB, startGuard: "skip locked", hasJobLocks: true },
  },
  { fits: (addon, major) => addon === "queue_job" && major >= 13, is: QUEUE_JOB },
  {
    fits: (addon, major) => addon === "queue_job" && major === 12,
    is: { ...QUEUE_JOB, session: "/queue_job/session" },
  },
  {
    fits: (addon) => addon === "queue_job",
    is: {
      ...QUEUE_JOB,
      session: "/queue_job/session",
      triggerMadeBy: "runner",
      startGuard: "none",
    },
  },
  { fits: (addon) => addon === "connector", is: CONNECTOR },
];

const INSTALLED = ["installed", "to upgrade", "to remove"];

/** Which generation a database is, or why it has nothing to run. */
export function generationOf(facts: DatabaseFacts): KnownGeneration | NothingToRun {
  const installed = facts.addons.filter((it) => INSTALLED.includes(it.state));
  // From 10.0 on, `connector` may stand beside `queue_job` and has no jobs of its own.
  const addon = installed.find((it) => it.name === "queue_job") ??
    installed.find((it) => it.name === "connector");
  if (!addon) return { state: "ignored", reason: "neither queue_job nor connector is installed" };
  if (addon.state === "to upgrade") {
    return { state: "paused", reason: `${addon.name} is being upgraded` };
  }
  if (facts.columns.length === 0) {
    return { state: "ignored", reason: `${addon.name} has no table queue_job` };
  }
  const major = Number.parseInt(addon.version ?? "", 10) || guessMajor(addon.name, facts.columns);
  const found = GENERATIONS.find((it) => it.fits(addon.name, major, facts.hasJobLocks))!;
  return { ...found.is, name: `${addon.name} ${major}.0`, columns: new Set(facts.columns) };
}

/** Nothing that matters to us has changed. */
export function isSameGeneration(one: KnownGeneration, other: KnownGeneration): boolean {
  const { name, hasJobLocks, columns } = one;
  return name === other.name && hasJobLocks === other.hasJobLocks &&
    columns.size === other.columns.size && [...columns].every((it) => other.columns.has(it));
}

/** For a database whose add-on does not say its version. */
function guessMajor(addon: string, columns: readonly string[]): number {
  if (addon === "connector") return columns.includes("active") ? 8 : 9;
  if (columns.includes("graph_uuid") || columns.includes("exc_name")) return 13;
  return columns.includes("identity_key") ? 12 : 10;
}
