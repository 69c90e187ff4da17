import type { JobDetails } from "./why.ts";

/*
 * Jobs that people look for: the answers of a runner and the JSON of `/jobs`. All times are
 * milliseconds since the epoch. Names, uuids and error texts are as the databases have them:
 * whoever shows them escapes them.
 */

/** The jobs that all of this is true of; null is any. */
export interface JobQuestion {
  readonly database: string | null;
  readonly uuid: string | null;
  /** Its full name; those below it are others. */
  readonly channel: string | null;
  readonly state: string | null;
  readonly limit: number;
}

/** A row of `queue_job` among others. */
export interface FoundJob extends Omit<JobDetails, "parents"> {
  readonly database: string;
  readonly uuid: string;
  /** What the job is for, at most 200 characters of it. */
  readonly name: string | null;
  /** What it calls, as in `res.partner.export_record`. */
  readonly method: string | null;
}

export interface FoundJobs {
  /** The newest first. */
  readonly jobs: readonly FoundJob[];
  /** How many databases were asked. */
  readonly asked: number;
  /** Databases that gave no answer, the first of them. */
  readonly problems: readonly { readonly database: string; readonly problem: string }[];
  readonly problemCount: number;
  /** There are more than these. */
  readonly isCut: boolean;
}

/** Looks for jobs in the tables of the served databases. */
export interface JobFinder {
  /** Null: the database that is named is not served. */
  find(question: JobQuestion): Promise<FoundJobs | null>;
}
