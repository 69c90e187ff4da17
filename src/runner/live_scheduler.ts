import { type Backoff, backoffMs } from "../backoff.ts";
import { type Clock, SystemClock, type Timer } from "../clock.ts";
import {
  type ChannelChange,
  type ChannelConfig,
  type ChannelOverview,
  type ChannelStatus,
  type Explanation,
  type JobNotice,
  type OverviewOptions,
  Scheduler,
  SchedulerError,
  TableFullError,
  type TakenWaits,
} from "../scheduler/mod.ts";
import type { SchedulerStatus } from "../status.ts";

export interface LiveSchedulerOptions {
  /** For the pauses between traps. */
  readonly clock?: Clock;
  /** There is room again for jobs of these databases that were refused. */
  readonly onRoom?: (databases: readonly string[]) => void;
  /** Makes a scheduler: one that traps, in tests. */
  readonly create?: (channels: string) => Scheduler;
}

/** Between one trap and the next rebuild, from the second trap on. */
const BACKOFF: Backoff = { firstMs: 1_000, longestMs: 60_000 };
/** One that has worked for so long counts as sound again. */
const SOUND_MS = 60_000;
/** Refused jobs are read again when so many of those that were known have left. */
const ROOM = 0.1;

/**
 * The scheduler of the running process. When it traps, a new one takes its place, and the owner is
 * told to fill it: in-flight jobs as running, then every database by a rescan. Told at once, but
 * not in the middle of the call that trapped. One that traps again and again is made anew after
 * pauses that grow. Until it is filled, calls change nothing and no job is handed out.
 */
export class LiveScheduler {
  #scheduler: Scheduler;
  /** The channel string in force, and what an operator has changed of it. */
  #channels: string;
  readonly #changes = new Map<string, ChannelChange>();
  readonly #onTrap: (error: SchedulerError) => void;
  readonly #onRoom: (databases: readonly string[]) => void;
  readonly #create: (channels: string) => Scheduler;
  readonly #clock: Clock;
  /** The trap after which it waits to be filled. */
  #trap: SchedulerError | null = null;
  #trapCount = 0;
  /** Traps in a row, with no sound time between them. */
  #rowCount = 0;
  #filledMs: number;
  #pause: Timer | null = null;
  /** Databases of refused jobs. */
  readonly #refused = new Set<string>();
  #countAtRefusal = 0;

  /** @throws {ConfigError} With every mistake of the channel string. */
  constructor(
    channels: string,
    onTrap: (error: SchedulerError) => void,
    options: LiveSchedulerOptions = {},
  ) {
    this.#channels = channels;
    this.#onTrap = onTrap;
    this.#onRoom = options.onRoom ?? (() => {});
    this.#create = options.create ?? ((it) => Scheduler.create(it));
    this.#clock = options.clock ?? new SystemClock();
    this.#scheduler = this.#create(channels);
    this.#filledMs = this.#clock.nowMs();
  }

  /** @throws {RangeError} When the job is refused; nothing has changed then. */
  notify(job: JobNotice): void {
    try {
      this.#guarded((it) => it.notify(job), undefined);
    } catch (error) {
      if (error instanceof TableFullError) this.#noteRefused(job.database);
      throw error;
    }
    this.#lookForRoom();
  }

  forget(database: string, uuid: string): void {
    this.#guarded((it) => it.forget(database, uuid), undefined);
    this.#lookForRoom();
  }

  parkDatabase(database: string): void {
    this.#guarded((it) => it.parkDatabase(database), undefined);
  }

  forgetDatabase(database: string): void {
    this.#refused.delete(database);
    this.#guarded((it) => it.forgetDatabase(database), undefined);
  }

  beginScan(database: string): void {
    this.#guarded((it) => it.beginScan(database), undefined);
  }

  touch(database: string, uuid: string): void {
    this.#guarded((it) => it.touch(database, uuid), undefined);
  }

  sweep(database: string): void {
    this.#guarded((it) => it.sweep(database), 0);
    this.#lookForRoom();
  }

  takeEach(
    nowMs: number,
    max: number,
    visit: (database: string, uuid: string, channel: string) => void,
  ): void {
    this.#guarded((it) => it.takeEach(nowMs, max, visit), undefined);
  }

  wakeupAtMs(nowMs: number): number {
    return this.#guarded((it) => it.wakeupAtMs(nowMs), Infinity);
  }

  /** A part of a round: `Waits.survey`. */
  survey(nowMs: number, max: number): boolean {
    return this.#guarded((it) => it.waits.survey(nowMs, max), true);
  }

  /** Since when the job of a database waits that has waited longest, as far as was surveyed. */
  waitingSinceMs(database: string): number | null {
    return this.#scheduler.waits.sinceMs(database);
  }

  /** How long jobs had waited that were taken, since the scheduler was made. */
  get takenWaits(): TakenWaits {
    return this.#scheduler.waits.taken;
  }

  /** Null while it waits to be made anew. */
  explain(database: string, uuid: string): Explanation | null {
    return this.#guarded((it) => it.explain(database, uuid, this.#clock.nowMs()), null);
  }

  /** Null as well where it has no room for one job more. */
  explainChannel(channel: string): Explanation | null {
    try {
      return this.#guarded((it) => it.explainChannel(channel, this.#clock.nowMs()), null);
    } catch (error) {
      if (error instanceof TableFullError) return null;
      throw error;
    }
  }

  /**
   * Puts another channel string in force; changes of channels stay laid over it.
   *
   * @throws {ConfigError} With all mistakes; the old string stays in force.
   */
  configure(channels: string): void {
    if (channels === this.#channels) return;
    // Its successor is made from the string later: what is wrong with it is to be known now.
    if (this.#trap) this.#create(channels);
    this.#guarded((it) => it.configure(channels), undefined);
    this.#channels = channels;
  }

  /** Lays a change over a channel, in place of the one before; null takes that away. */
  changeChannel(channel: string, change: ChannelChange | null): void {
    if (change === null) this.#changes.delete(channel);
    else this.#changes.set(channel, change);
    this.#guarded((it) => it.changeChannel(channel, change), undefined);
  }

  /** Null if there is none of this name. */
  channel(name: string): ChannelStatus | null {
    return this.#scheduler.channel(name);
  }

  /** What the channel string says of a channel; null if it does not name it. */
  configuredChannel(name: string): ChannelConfig | null {
    return this.#scheduler.configuredChannel(name);
  }

  channels(): ChannelStatus[] {
    return this.#scheduler.channels();
  }

  overview(options: OverviewOptions): ChannelOverview {
    return this.#scheduler.overview(options);
  }

  /** Names of the sequential channels as rows may spell them: with and without `root.`. */
  sequentialChannels(): string[] {
    const names = this.#scheduler.channels().filter((it) => it.sequential).map((it) => it.name);
    return names.flatMap((it) => it === "root" ? [it] : [it, it.slice("root.".length)]);
  }

  get status(): SchedulerStatus {
    const { jobCount: jobs, memoryBytes } = this.#scheduler;
    const trapCount = this.#trapCount;
    const counts = { jobs, memoryBytes, trapCount };
    if (this.#trap) return { state: "trapped", reason: this.#trap.message, ...counts };
    if (this.#refused.size === 0) return { state: "deciding", reason: null, ...counts };
    const reason = `jobs of ${[...this.#refused].join(", ")} wait until there is room for them`;
    return { state: "full", reason, ...counts };
  }

  checkInvariants(): void {
    this.#guarded((it) => it.checkInvariants(), undefined);
  }

  /** It is not made anew any more. */
  stop(): void {
    this.#pause?.cancel();
  }

  #guarded<T>(call: (scheduler: Scheduler) => T, otherwise: T): T {
    if (this.#trap) return otherwise;
    try {
      return call(this.#scheduler);
    } catch (error) {
      if (!(error instanceof SchedulerError)) throw error;
      this.#rest(error);
      return otherwise;
    }
  }

  #rest(error: SchedulerError): void {
    if (this.#clock.nowMs() - this.#filledMs > SOUND_MS) this.#rowCount = 0;
    this.#trap = error;
    this.#trapCount++;
    if (++this.#rowCount === 1) return queueMicrotask(() => this.#fill(error));
    // Without jitter: nobody else waits for the same.
    const delayMs = backoffMs(BACKOFF, this.#rowCount - 1, 1);
    this.#pause = this.#clock.after(delayMs, () => this.#fill(error));
  }

  #fill(error: SchedulerError): void {
    try {
      const scheduler = this.#create(this.#channels);
      for (const [channel, change] of this.#changes) scheduler.changeChannel(channel, change);
      this.#scheduler = scheduler;
    } catch (cause) {
      // The engine may have no memory left for another one.
      return this.#rest(new SchedulerError(`No new scheduler: ${cause}`, { cause }));
    }
    this.#trap = null;
    this.#filledMs = this.#clock.nowMs();
    this.#refused.clear();
    this.#onTrap(error);
  }

  #noteRefused(database: string): void {
    this.#refused.add(database);
    this.#countAtRefusal = this.#scheduler.jobCount;
  }

  /** Told in a later turn of the event loop: a scan may be in the middle of a page. */
  #lookForRoom(): void {
    if (this.#refused.size === 0) return;
    if (this.#scheduler.jobCount > this.#countAtRefusal * (1 - ROOM)) return;
    const databases = [...this.#refused];
    this.#refused.clear();
    queueMicrotask(() => this.#onRoom(databases));
  }
}
