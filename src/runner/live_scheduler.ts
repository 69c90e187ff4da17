import { type ChannelStatus, type JobNotice, Scheduler, SchedulerError } from "../scheduler/mod.ts";

/**
 * The scheduler of the running process. When it traps, a new one takes its place, and the owner is
 * told to fill it: in-flight jobs as running, then every database by a rescan. Told at once, but
 * not in the middle of the call that trapped: its caller goes on with the new one as if nothing had
 * happened.
 */
export class LiveScheduler {
  #scheduler: Scheduler;
  #channels: string;
  readonly #onTrap: (error: SchedulerError) => void;
  readonly #create: (channels: string) => Scheduler;
  #isFilling = false;

  /**
   * @param create Makes a scheduler: one that traps, in tests.
   * @throws {ConfigError} With every mistake of the channel string.
   */
  constructor(
    channels: string,
    onTrap: (error: SchedulerError) => void,
    create: (channels: string) => Scheduler = (it) => Scheduler.create(it),
  ) {
    this.#channels = channels;
    this.#create = create;
    this.#scheduler = create(channels);
    this.#onTrap = onTrap;
  }

  /** @throws {RangeError} When the job is refused; nothing has changed then. */
  notify(job: JobNotice): void {
    this.#guarded((it) => it.notify(job), undefined);
  }

  forget(database: string, uuid: string): void {
    this.#guarded((it) => it.forget(database, uuid), undefined);
  }

  parkDatabase(database: string): void {
    this.#guarded((it) => it.parkDatabase(database), undefined);
  }

  forgetDatabase(database: string): void {
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
  }

  takeEach(
    nowMs: number,
    max: number,
    visit: (database: string, uuid: string, channel: string) => void,
  ): void {
    this.#guarded((it) => it.takeEach(nowMs, max, visit), undefined);
  }

  wakeupAtMs(nowMs: number): number {
    return this.#guarded((it) => it.wakeupAtMs(nowMs), nowMs);
  }

  channels(): ChannelStatus[] {
    return this.#scheduler.channels();
  }

  /** Names of the sequential channels as rows may spell them: with and without `root.`. */
  sequentialChannels(): string[] {
    const names = this.#scheduler.channels().filter((it) => it.sequential).map((it) => it.name);
    return names.flatMap((it) => it === "root" ? [it] : [it, it.slice("root.".length)]);
  }

  checkInvariants(): void {
    this.#guarded((it) => it.checkInvariants(), undefined);
  }

  #guarded<T>(call: (scheduler: Scheduler) => T, otherwise: T): T {
    try {
      return call(this.#scheduler);
    } catch (error) {
      // One that traps while it is filled would do so for ever.
      if (!(error instanceof SchedulerError) || this.#isFilling) throw error;
      this.#scheduler = this.#create(this.#channels);
      queueMicrotask(() => this.#fill(error));
      return otherwise;
    }
  }

  #fill(error: SchedulerError): void {
    this.#isFilling = true;
    try {
      this.#onTrap(error);
    } finally {
      this.#isFilling = false;
    }
  }
}
