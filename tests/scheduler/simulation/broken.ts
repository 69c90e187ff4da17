import { ModelScheduler } from "../model.ts";
import type { Change, Channel, Explained, Job, SchedulerLike, Taken } from "../scheduler_like.ts";
import type { Implementation } from "../implementations.ts";

/** Hands everything on to a model. What is broken overrides one method. */
class Wrapped implements SchedulerLike {
  protected readonly model: ModelScheduler;

  constructor(channels: string) {
    this.model = ModelScheduler.create(channels);
  }

  notify(job: Job): void {
    this.model.notify(job);
  }
  takeReady(nowMs: number, max?: number): readonly Taken[] {
    return this.model.takeReady(nowMs, max);
  }
  wakeupAtMs(nowMs: number): number {
    return this.model.wakeupAtMs(nowMs);
  }
  explain(database: string, uuid: string, nowMs: number): Explained {
    return this.model.explain(database, uuid, nowMs);
  }
  forget(database: string, uuid: string): void {
    this.model.forget(database, uuid);
  }
  forgetDatabase(database: string): void {
    this.model.forgetDatabase(database);
  }
  channels(): readonly Channel[] {
    return this.model.channels();
  }
  configure(channels: string): void {
    this.model.configure(channels);
  }
  changeChannel(channel: string, change: Change | null): void {
    this.model.changeChannel(channel, change);
  }
  parkDatabase(database: string): void {
    this.model.parkDatabase(database);
  }
  beginScan(database: string): void {
    this.model.beginScan(database);
  }
  touch(database: string, uuid: string): void {
    this.model.touch(database, uuid);
  }
  sweep(database: string): number {
    return this.model.sweep(database);
  }
  checkInvariants(): void {
    this.model.checkInvariants();
  }
}

/** Obeys another channel string than it shows. */
class Misconfigured extends Wrapped {
  readonly #falsify: (channels: string) => string;
  /** What it should obey. */
  readonly #shown: ModelScheduler;

  constructor(channels: string, falsify: (channels: string) => string) {
    super(falsify(channels));
    this.#falsify = falsify;
    this.#shown = ModelScheduler.create(channels);
  }

  override configure(channels: string): void {
    super.configure(this.#falsify(channels));
    this.#shown.configure(channels);
  }

  override changeChannel(channel: string, change: Change | null): void {
    super.changeChannel(channel, change);
    this.#shown.changeChannel(channel, change);
  }

  override channels(): readonly Channel[] {
    const shown = this.#shown.channels();
    return super.channels().map((channel) => {
      const { capacity, sequential, throttle, paused } = shown.find(({ name }) =>
        name === channel.name
      ) ?? channel;
      return { ...channel, capacity, sequential, throttle, paused };
    });
  }
}

class HandsOutTwice extends Wrapped {
  #earlier: readonly Taken[] = [];

  override takeReady(nowMs: number, max?: number): readonly Taken[] {
    const taken = super.takeReady(nowMs, max);
    const again = this.#earlier.length > 2 && taken.length > 0 ? this.#earlier.slice(0, 1) : [];
    this.#earlier = taken;
    return [...taken, ...again];
  }
}

class LosesAJob extends Wrapped {
  override takeReady(nowMs: number, max?: number): readonly Taken[] {
    return super.takeReady(nowMs, max).slice(0, 3);
  }
}

class LetsNothingFlowAtMaximum extends Wrapped {
  override takeReady(nowMs: number, max?: number): readonly Taken[] {
    return max === 0 ? [] : super.takeReady(nowMs, max);
  }
}

class SettlesTiesByUuid extends Wrapped {
  override notify(job: Job): void {
    const last = job.uuid.charCodeAt(job.uuid.length - 1) || 0;
    super.notify({ ...job, sequence: job.sequence * 128 + last % 128 });
  }
}

/** As the stock runner: a repeated pending sends a job back to its own channel. */
class LosesPlaces extends Wrapped {
  override notify(job: Job): void {
    if (job.state === "pending") super.notify({ ...job, sequence: job.sequence + 1 });
    super.notify(job);
  }
}

class ForgetsFailedArrivals extends Wrapped {
  readonly #failed = new Set<string>();

  override notify(job: Job): void {
    const key = JSON.stringify([job.database, job.uuid]);
    if (this.#failed.delete(key) && job.state === "pending") super.forget(job.database, job.uuid);
    super.notify(job);
    if (job.state === "failed") this.#failed.add(key);
  }
}

class SeesNoStepBack extends Wrapped {
  #latestMs = -Infinity;

  override wakeupAtMs(nowMs: number): number {
    this.#latestMs = Math.max(this.#latestMs, nowMs);
    return super.wakeupAtMs(this.#latestMs);
  }
}

class WakesLate extends Wrapped {
  override wakeupAtMs(nowMs: number): number {
    return Math.ceil(super.wakeupAtMs(nowMs));
  }
}

class ParksRunningJobs extends Wrapped {
  override parkDatabase(database: string): void {
    super.forgetDatabase(database);
  }
}

/** An operator's changes are gone with the string that they were laid over. */
class ForgetsChanges extends Wrapped {
  readonly #changed = new Set<string>();

  override changeChannel(channel: string, change: Change | null): void {
    super.changeChannel(channel, change);
    this.#changed.add(channel);
  }

  override configure(channels: string): void {
    super.configure(channels);
    for (const channel of this.#changed) super.changeChannel(channel, null);
  }
}

class DoesNotTouch extends Wrapped {
  override touch(): void {}
}

/** Leaves out what holds a job back further up. */
class ExplainsTheFirstReason extends Wrapped {
  override explain(database: string, uuid: string, nowMs: number): Explained {
    const answer = super.explain(database, uuid, nowMs);
    return { ...answer, reasons: answer.reasons.slice(0, 1) };
  }
}

/** Explains by another question than the one that decides. */
class ExplainsByFlow extends Wrapped {
  override explain(database: string, uuid: string, nowMs: number): Explained {
    this.model.takeReady(nowMs, 0);
    return super.explain(database, uuid, nowMs);
  }
}

/** Schedulers with one mistake each, to see whether the simulation finds it. */
export const BROKEN: readonly Implementation[] = [
  {
    name: "ignores throttles",
    create: misconfigured((channels) => channels.replaceAll(/:throttle=[\d.]+/g, "")),
  },
  {
    name: "has one place too many in a channel",
    create: misconfigured((channels) => channels.replaceAll(/:2\b/g, ":3")),
  },
  {
    name: "has one place too few in root",
    create: misconfigured((channels) => channels.replace("root:3", "root:2")),
  },
  { name: "ignores failures", create: misconfigured((it) => it.replaceAll(":sequential", "")) },
  { name: "ignores pauses", create: misconfigured((it) => it.replaceAll(":paused", "")) },
  { name: "hands a job out twice", create: (channels) => new HandsOutTwice(channels) },
  { name: "loses a job", create: (channels) => new LosesAJob(channels) },
  { name: "lets nothing flow at a maximum", create: (it) => new LetsNothingFlowAtMaximum(it) },
  { name: "settles ties by uuid", create: (channels) => new SettlesTiesByUuid(channels) },
  { name: "loses places", create: (channels) => new LosesPlaces(channels) },
  { name: "forgets arrivals", create: (channels) => new ForgetsFailedArrivals(channels) },
  { name: "sees no step back", create: (channels) => new SeesNoStepBack(channels) },
  { name: "wakes late", create: (channels) => new WakesLate(channels) },
  { name: "parks running jobs", create: (channels) => new ParksRunningJobs(channels) },
  { name: "explains one reason", create: (channels) => new ExplainsTheFirstReason(channels) },
  { name: "lets jobs flow to explain", create: (channels) => new ExplainsByFlow(channels) },
  { name: "forgets changes", create: (channels) => new ForgetsChanges(channels) },
  { name: "does not touch", create: (channels) => new DoesNotTouch(channels) },
];

function misconfigured(falsify: (channels: string) => string): Implementation["create"] {
  return (channels) => new Misconfigured(channels, falsify);
}
