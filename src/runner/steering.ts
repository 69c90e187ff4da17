import type { Clock } from "../clock.ts";
import { type ChannelChange, fullChannelName } from "../scheduler/mod.ts";
import type {
  ChannelWish,
  Pause,
  Steerer,
  SteeringStatus,
  SteerTarget,
  Wish,
} from "../steering.ts";
import type { LiveScheduler } from "./live_scheduler.ts";

export interface SteeringOptions {
  readonly clock: Pick<Clock, "nowMs">;
  readonly scheduler: Pick<LiveScheduler, "channel" | "changeChannel" | "configuredChannel">;
  readonly isServed: (database: string) => boolean;
  /** A database was paused or resumed. */
  readonly onDatabase: (name: string) => void;
  /** More may be taken. */
  readonly onMore: () => void;
}

/** So many channels, and so many databases, may be other than they are configured. */
const WISHES_MAX = 1_000;
/** The core counts in signed 32-bit numbers. */
const CAPACITY_MAX = 2 ** 31 - 1;

/**
 * What operators have changed of a running runner, and since when: it lasts until the process ends.
 * Channels are changed in the scheduler, databases ask here why they are paused, and so does who
 * decides.
 */
export class Steering implements Steerer {
  readonly #options: SteeringOptions;
  #everything: Wish | null = null;
  readonly #databases = new Map<string, Wish>();
  readonly #channels = new Map<string, ChannelWish>();

  constructor(options: SteeringOptions) {
    this.#options = options;
  }

  /** @throws {RangeError} There is no such channel or database. */
  pause(target: SteerTarget, by: string): void {
    if (target.what === "channel") return this.#setPaused(target.name, true, by);
    if (target.what === "everything") {
      this.#everything ??= this.#wish(by);
      return;
    }
    const { name } = target;
    if (this.#databases.has(name)) return;
    if (!this.#options.isServed(name)) {
      throw new RangeError(`Cannot pause database "${name}": this job runner does not serve it`);
    }
    this.#checkRoom(this.#databases);
    this.#databases.set(name, this.#wish(by));
    this.#options.onDatabase(name);
  }

  /** @throws {RangeError} There is no such channel or database. */
  resume(target: SteerTarget, by: string): void {
    if (target.what === "channel") return this.#setPaused(target.name, false, by);
    if (target.what === "everything") this.#everything = null;
    else if (this.#databases.delete(target.name)) this.#options.onDatabase(target.name);
    else if (!this.#options.isServed(target.name)) {
      throw new RangeError(
        `Cannot resume database "${target.name}": this job runner does not serve it`,
      );
    }
    this.#options.onMore();
  }

  /** @throws {RangeError} There is no such channel, or it cannot have this capacity. */
  changeCapacity(channel: string, capacity: number | null, by: string): void {
    const doing = `change the capacity of channel "${channel}"`;
    const name = this.#known(channel, doing);
    if (capacity !== null) this.#checkCapacity(name, capacity, doing);
    const wish = capacity === null ? null : { capacity, ...this.#wish(by) };
    this.#lay(name, { ...this.wishOf(name), capacity: wish });
  }

  /**
   * Another channel string is in force. A channel that it does not pause needs nobody to resume it:
   * a pause that is configured later is newer than the order, and holds.
   */
  noteConfigured(): void {
    for (const [name, wish] of this.#channels) {
      const isMoot = wish.pause?.isPaused === false && !this.#isConfiguredPaused(name);
      if (isMoot) this.#lay(name, { ...wish, pause: null });
    }
  }

  get isAllPaused(): boolean {
    return this.#everything !== null;
  }

  /** Why nothing of a database is to be taken; null: nobody has paused it. */
  reasonFor(database: string): string | null {
    const wish = this.#databases.get(database);
    return wish ? `paused by ${wish.by}` : null;
  }

  /** The pause of a target, if an operator has paused it. */
  pauseOf(target: SteerTarget): Pause | null {
    const wish = this.#pausingWish(target);
    return wish && { ...target, by: wish.by, sinceMs: wish.sinceMs };
  }

  /** What operators have changed of a channel. */
  wishOf(channel: string): ChannelWish {
    return this.#channels.get(fullChannelName(channel)) ?? { pause: null, capacity: null };
  }

  get status(): SteeringStatus {
    const channels = [...this.#channels];
    const pauses = (isPaused: boolean): Pause[] =>
      channels.flatMap(([name, { pause }]) => {
        if (pause?.isPaused !== isPaused) return [];
        return [{ what: "channel", name, by: pause.by, sinceMs: pause.sinceMs }];
      });
    const everything = this.pauseOf({ what: "everything", name: null });
    const databases = [...this.#databases].map(([name, wish]): Pause => {
      return { what: "database", name, ...wish };
    });
    return {
      paused: [...everything ? [everything] : [], ...pauses(true), ...databases],
      resumed: pauses(false),
      capacities: channels.flatMap(([channel, { capacity }]) => {
        return capacity ? [{ channel, ...capacity }] : [];
      }),
    };
  }

  #pausingWish(target: SteerTarget): Wish | null {
    if (target.what === "everything") return this.#everything;
    if (target.what === "database") return this.#databases.get(target.name) ?? null;
    const { pause } = this.wishOf(target.name);
    return pause?.isPaused ? pause : null;
  }

  #setPaused(channel: string, isPaused: boolean, by: string): void {
    const name = this.#known(channel, `${isPaused ? "pause" : "resume"} channel "${channel}"`);
    const before = this.wishOf(name);
    if (before.pause?.isPaused === isPaused) return;
    const isNeeded = isPaused || this.#isConfiguredPaused(name);
    const pause = isNeeded ? { isPaused, ...this.#wish(by) } : null;
    this.#lay(name, { ...before, pause });
  }

  #isConfiguredPaused(channel: string): boolean {
    return this.#options.scheduler.configuredChannel(channel)?.paused ?? false;
  }

  #checkCapacity(name: string, capacity: number, doing: string): void {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > CAPACITY_MAX) {
      throw new RangeError(
        `Cannot ${doing} to "${capacity}": a whole number above 0 is wanted; pause it to take none`,
      );
    }
    if (this.#options.scheduler.channel(name)?.sequential) {
      throw new RangeError(`Cannot ${doing}: a sequential channel has capacity 1`);
    }
  }

  /** The full name. Whose wish is in force is known, even while it is empty. */
  #known(channel: string, doing: string): string {
    const name = fullChannelName(channel);
    if (this.#channels.has(name) || this.#options.scheduler.channel(name)) return name;
    throw new RangeError(`Cannot ${doing}: it is not configured, and no job has named it`);
  }

  #lay(name: string, wish: ChannelWish): void {
    const { scheduler, onMore } = this.#options;
    const { pause, capacity } = wish;
    if (pause === null && capacity === null) {
      this.#channels.delete(name);
      scheduler.changeChannel(name, null);
    } else {
      if (!this.#channels.has(name)) this.#checkRoom(this.#channels);
      this.#channels.set(name, wish);
      const change: ChannelChange = {
        ...pause && { paused: pause.isPaused },
        ...capacity && { capacity: capacity.capacity },
      };
      scheduler.changeChannel(name, change);
    }
    onMore();
  }

  #wish(by: string): Wish {
    return { by, sinceMs: this.#options.clock.nowMs() };
  }

  #checkRoom(wishes: ReadonlyMap<string, unknown>): void {
    if (wishes.size < WISHES_MAX) return;
    throw new RangeError(`Cannot steer more: ${WISHES_MAX} are changed already, resume some first`);
  }
}
