import type { Size } from "./host_databases.ts";
import type { HostJob } from "./host_job.ts";
import { FLOOD, KINDS } from "./job_kinds.ts";
import { WaitTimes } from "./wait_times.ts";

/** How long some of the jobs have waited. */
export interface WaitGroup {
  readonly name: string;
  readonly allDay: WaitTimes;
  /** Those of other databases that came due while jobs of the flood waited. */
  readonly inFlood: WaitTimes;
}

const SIZES: readonly Size[] = ["largest 1 %", "next 9 %", "other 90 %", "noisy one"];

/** How long jobs wait from when they are due, by what they have in common. */
export class HostWaits {
  readonly #all = group("all");
  readonly #bySize = new Map(SIZES.map((it) => [it, group(`of the ${it}`)]));
  readonly #byKind = new Map(KINDS.map((it) => {
    return [it, group(it === FLOOD ? "the flood" : `in ${it.channel ?? "root"}`)];
  }));
  #floodWaiting = 0;
  #floodSinceMs = Infinity;
  #floodUntilMs = -Infinity;

  arrived({ plan }: HostJob): void {
    if (plan.kind !== FLOOD) return;
    this.#floodWaiting++;
    this.#floodSinceMs = plan.createdMs;
  }

  taken(job: HostJob, nowMs: number): void {
    const { database, kind } = job.plan;
    if (kind === FLOOD) {
      this.#floodUntilMs = nowMs;
      this.#floodWaiting--;
    }
    const isInFlood = this.#floodWaiting > 0 && job.dueMs >= this.#floodSinceMs &&
      database.size !== "noisy one";
    const waitedMs = nowMs - job.dueMs;
    for (const it of [this.#all, this.#bySize.get(database.size)!, this.#byKind.get(kind)!]) {
      it.allDay.add(waitedMs);
      if (isInFlood) it.inFlood.add(waitedMs);
    }
  }

  /** It is to be run once more. */
  again({ plan }: HostJob): void {
    if (plan.kind === FLOOD) this.#floodWaiting++;
  }

  /** Those that have waited at all. */
  get groups(): readonly WaitGroup[] {
    const groups = [this.#all, ...this.#bySize.values(), ...this.#byKind.values()];
    return groups.filter((it) => it.allDay.count > 0);
  }

  /** Since its first job came until its last began; null if there is no flood. */
  get flood(): { readonly sinceMs: number; readonly untilMs: number } | null {
    const [sinceMs, untilMs] = [this.#floodSinceMs, this.#floodUntilMs];
    return sinceMs === Infinity ? null : { sinceMs, untilMs };
  }
}

function group(name: string): WaitGroup {
  return { name, allDay: new WaitTimes(), inFlood: new WaitTimes() };
}
