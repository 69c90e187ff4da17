import { DEFAULT_PRIORITY, NO_DATE, NO_ETA, RESULT_MAX, RESULT_WORDS } from "../../assembly/abi.ts";
import {
  type ChannelChange,
  type ChannelConfig,
  fullChannelName,
  parseChannels,
} from "./channel_config.ts";
import { type ChannelOverview, overviewOf, type OverviewOptions } from "./channel_overview.ts";
import { ChannelTable } from "./channel_table.ts";
import type { Core } from "./core.ts";
import { DatabaseTable } from "./database_table.ts";
import {
  type ChannelStatus,
  type Explanation,
  type KnownJob,
  named,
  UNKNOWN,
} from "./explanation.ts";
import { checkNotice, checkTime, type JobNotice } from "./job_notice.ts";
import { coreState, OVER } from "./job_state.ts";
import { Waits } from "./waits.ts";

/** A job that runs from now on. */
export type ReadyJob = KnownJob;

export interface SchedulerOptions {
  /** Known jobs at most (16,777,216 if absent): one more is refused with a RangeError. */
  readonly maxJobs?: number;
}

/** No database has this name. */
const NO_DATABASE = "\0";
const LEAST_URGENT = {
  sequence: Number.MAX_SAFE_INTEGER,
  createdMs: Infinity,
  priority: 2 ** 31 - 1,
  etaMs: null,
  state: "pending",
};

/**
 * Decides which job runs when, over all databases: hierarchical channels with capacities. Told of
 * every job that is new or has changed (`notify`), it hands out what may run (`takeReady`) and says
 * when to ask again although nothing was notified (`wakeupAtMs`). It knows no clock: the caller
 * says what time it is.
 *
 * Wrong calls throw a RangeError and change nothing. A SchedulerError is a bug of ours: drop the
 * instance, make a new one and notify all jobs again.
 */
export class Scheduler {
  readonly #core: Core;
  /** How long jobs wait. */
  readonly waits: Waits;
  readonly #channels: ChannelTable;
  readonly #databases = new DatabaseTable();

  constructor(core: Core, channels: string, options: SchedulerOptions = {}) {
    const plan = parseChannels(channels);
    this.#core = core;
    this.waits = new Waits(core, (database) => this.#databases.get(database)?.number);
    this.#channels = new ChannelTable(core, plan);
    if (options.maxJobs !== undefined) core.setJobMax(options.maxJobs);
  }

  /**
   * Takes in a job that is new or has changed. Repeating what is known changes nothing.
   *
   * @throws {RangeError} When a value cannot be, or the table is full.
   */
  notify(job: JobNotice): void {
    const state = coreState(job.state);
    checkNotice(job, state);
    if (state === OVER || state === undefined) return this.forget(job.database, job.uuid);
    const { number, jobs } = this.#databases.named(job.database);
    jobs.write(job.uuid, this.#core.uuid);
    try {
      this.#core.notify(
        number,
        this.#channels.numberOf(job.channel),
        job.sequence,
        job.createdMs ?? NO_DATE,
        job.priority ?? DEFAULT_PRIORITY,
        job.etaMs ?? NO_ETA,
        state,
      );
    } catch (error) {
      if (error instanceof RangeError && !this.#core.isKnown(number)) jobs.release(job.uuid);
      throw error;
    }
  }

  /** The jobs whose turn it is, first to run first: at most `max`. They are running from now on. */
  takeReady(nowMs: number, max = Infinity): ReadyJob[] {
    const ready: ReadyJob[] = [];
    this.takeEach(nowMs, max, (database, uuid) => ready.push({ database, uuid }));
    return ready;
  }

  /** The same, without objects: visits each job, with its channel's full name. */
  takeEach(
    nowMs: number,
    max: number,
    visit: (database: string, uuid: string, channel: string) => void,
  ): void {
    if (!(max >= 0)) throw new RangeError(`Cannot use max="${max}": 0 or more is wanted`);
    let wanted = max;
    while (true) {
      const atOnce = Math.min(wanted, RESULT_MAX);
      const count = this.#core.takeReady(checkTime(nowMs), atOnce);
      if (count === 0) return;
      // What is visited may call the scheduler.
      const words = this.#core.results.slice(0, count * RESULT_WORDS);
      for (let at = 0; at < words.length; at += RESULT_WORDS) {
        const { name, jobs } = this.#databases.at(words[at]!);
        visit(name, jobs.read(words, at + 1), this.#channels.nameOf(words[at + 5]!));
      }
      wanted -= atOnce;
      if (count < RESULT_MAX || wanted <= 0) return;
    }
  }

  /**
   * When to call `takeReady` again although nothing was notified, or Infinity: the next eta or end
   * of a throttle.
   */
  wakeupAtMs(nowMs: number): number {
    return this.#core.wakeupAt(checkTime(nowMs));
  }

  /** The job is over, or its row is gone. An unknown one is no mistake. */
  forget(database: string, uuid: string): void {
    const known = this.#databases.get(database);
    if (!known?.jobs.writeKnown(uuid, this.#core.uuid)) return;
    this.#core.forget(known.number);
    known.jobs.release(uuid);
  }

  /** Forgets all jobs of a database. */
  forgetDatabase(database: string): void {
    const known = this.#databases.get(database);
    if (!known) return;
    this.#core.ofDatabase("forgetDatabase", known.number);
    this.#databases.drop(known);
  }

  /** Forgets the jobs of a database that do not run: those that run go on taking their places. */
  parkDatabase(database: string): void {
    this.#forgetSome("parkDatabase", database);
  }

  /**
   * A scan of all jobs of a database begins: what it does not notify or touch is forgotten by
   * `sweep`.
   */
  beginScan(database: string): void {
    const known = this.#databases.get(database);
    if (known) this.#core.ofDatabase("beginScan", known.number);
  }

  /** The scan has seen this job, whatever its row says. */
  touch(database: string, uuid: string): void {
    const known = this.#databases.get(database);
    if (known?.jobs.writeKnown(uuid, this.#core.uuid)) this.#core.touch(known.number);
  }

  /** Ends a scan: forgets the jobs it has not seen, and answers how many. */
  sweep(database: string): number {
    return this.#forgetSome("sweep", database);
  }

  /** All configured channels, and those made on the fly that hold jobs; by name. */
  channels(): ChannelStatus[] {
    return this.#channels.list().map((it) => this.#channels.statusOf(it));
  }

  /** The channels in which most happens, with all above them; cheap with thousands of others. */
  overview(options: OverviewOptions): ChannelOverview {
    return overviewOf(this.#channels, options);
  }

  /** A channel that is configured, or was made on the fly; null if there is none of this name. */
  channel(name: string): ChannelStatus | null {
    const known = this.#channels.find(name);
    return known ? this.#channels.statusOf(known) : null;
  }

  /** What the channel string says of a channel, whatever was changed of it; null: nothing. */
  configuredChannel(name: string): ChannelConfig | null {
    return this.#channels.configured(name);
  }

  /**
   * Why a job does not run: what holds it back at `nowMs`, by the rules and counts that decide. It
   * hands nothing out and moves no job. Not for the hot path: it looks once at each job that waits
   * in the same channel, a few nanoseconds each, but makes no object of it.
   *
   * @param nowMs Milliseconds since the epoch, as `takeReady` would be asked.
   */
  explain(database: string, uuid: string, nowMs: number): Explanation {
    const known = this.#databases.get(database);
    checkTime(nowMs);
    if (!known?.jobs.writeKnown(uuid, this.#core.uuid)) return UNKNOWN;
    const explained = this.#core.explain(known.number, nowMs);
    if (explained === null) return UNKNOWN;
    const first = this.#core.results.slice(0, RESULT_WORDS);
    return named(explained, nowMs, {
      channel: (number) => this.#channels.statusOf(this.#channels.at(number)),
      first: () => this.#jobOf(first),
      firstEtaMs: () => {
        this.#core.uuid.set(first.subarray(1, 5));
        return this.#core.explain(first[0]!, nowMs)!.job.timeMs;
      },
    });
  }

  /**
   * Puts another channel string in force. No job loses its slot, and none its place as far as the
   * new tree has it.
   *
   * @throws {ConfigError} With all mistakes; the old string stays in force.
   */
  configure(channels: string): void {
    this.#channels.configure(parseChannels(channels));
  }

  /**
   * Lays a change over a channel, in place of the one before; null takes that away. It stays
   * whatever string is in force, and counts for a channel that is made later as well.
   */
  changeChannel(channel: string, change: ChannelChange | null): void {
    this.#channels.change(fullChannelName(channel), change);
  }

  /**
   * @throws {SchedulerError} When something is not as it must be. Walks over everything: for tests.
   */
  checkInvariants(): void {
    this.#core.checkInvariants();
  }

  /** Known jobs. */
  get jobCount(): number {
    return this.#core.jobCount;
  }

  /** Size of the core's memory; it never shrinks, and what is free in it is used again. */
  get memoryBytes(): number {
    return this.#core.memoryBytes;
  }

  /**
   * Why a job that came to a channel now, with no eta and less urgent than all others, would not
   * run at once: `explain` of such a job, which leaves nothing behind. An unknown channel has no
   * job to wait in it: it is unknown here.
   */
  explainChannel(channel: string, nowMs: number): Explanation {
    checkTime(nowMs);
    if (!this.#channels.find(channel)) return UNKNOWN;
    const job = { database: NO_DATABASE, uuid: "", channel, ...LEAST_URGENT };
    try {
      this.notify(job);
      const explained = this.explain(job.database, job.uuid, nowMs);
      const [own, ...above] = explained.path;
      // Without itself.
      return { ...explained, path: [{ ...own!, waiting: own!.waiting - 1 }, ...above] };
    } finally {
      this.forgetDatabase(job.database);
    }
  }

  /** The job of a result. */
  #jobOf(words: Int32Array): KnownJob {
    const { name, jobs } = this.#databases.at(words[0]!);
    return { database: name, uuid: jobs.read(words, 1) };
  }

  #forgetSome(call: "parkDatabase" | "sweep", database: string): number {
    const known = this.#databases.get(database);
    if (!known) return 0;
    const count = this.#core.ofDatabase(call, known.number);
    known.jobs.releaseUnknown(this.#core.uuid, () => this.#core.isKnown(known.number));
    return count;
  }
}
