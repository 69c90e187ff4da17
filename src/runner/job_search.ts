import { searchJobs } from "../database/job_search.ts";
import type { FoundJob, FoundJobs, JobFinder, JobQuestion } from "../job_list.ts";
import { JobReader, type JobReaderOptions, READ_MS } from "./job_reader.ts";
import { Slots } from "./slots.ts";

export interface JobSearchOptions extends Omit<JobReaderOptions, "slots"> {
  /** Names of all that are served. */
  readonly databases: () => readonly string[];
}

/** So many databases are searched at the same time, whoever asks: a search may read much. */
const DATABASES_MAX = 4;
/** Databases that are not asked by then are left out, and named. */
const SEARCH_MS = 10_000;
/** Problems that are told. */
const PROBLEMS_MAX = 100;

/** Looks for jobs in the tables, beside the work of the runner. It changes nothing. */
export class JobSearch implements JobFinder {
  readonly #options: JobSearchOptions;
  readonly #reader: JobReader;

  constructor(options: JobSearchOptions) {
    this.#options = options;
    const slots = new Slots(options.clock, DATABASES_MAX, READ_MS);
    this.#reader = new JobReader({ ...options, slots });
  }

  async find(question: JobQuestion): Promise<FoundJobs | null> {
    const { database, limit } = question;
    const { clock, databases } = this.#options;
    const served = databases();
    if (database !== null && !served.includes(database)) return null;
    const names = database === null ? served : [database];
    const untilMs = clock.nowMs() + SEARCH_MS;
    const problems: { database: string; problem: string }[] = [];
    const wanted = { ...question, limit: limit + 1 };
    // The newest of those that were asked so far: nothing grows with the number of databases.
    let newest: FoundJob[] = [];
    await Promise.all(names.map(async (name) => {
      const { value: found, problem } = await this.#reader.read(
        name,
        (session, generation) => searchJobs(session, generation, wanted),
        untilMs,
      );
      if (problem !== null) return void problems.push({ database: name, problem });
      const jobs = found.map((it) => ({ database: name, ...it }));
      newest = [...newest, ...jobs].sort(newerFirst).slice(0, wanted.limit);
    }));
    const isCut = newest.length > limit;
    return {
      ...{ jobs: newest.slice(0, limit), isCut, asked: names.length },
      ...{ problems: problems.slice(0, PROBLEMS_MAX), problemCount: problems.length },
    };
  }
}

/** Those of one transaction of Odoo stay in their order. */
function newerFirst(one: FoundJob, other: FoundJob): number {
  return (other.createdMs ?? 0) - (one.createdMs ?? 0);
}
