import { type Random, seededRandom } from "../random.ts";
import type { Job } from "../scheduler_like.ts";
import { ChannelStrings } from "./channel_strings.ts";
import type { Step } from "./steps.ts";

const UUIDS = [
  "0a1b2c3d-0000-4000-8000-00000000002f",
  "0A1B2C3D-0000-4000-8000-00000000002F",
  "0a1b2c3d-0000-4000-8000-000000000030",
  "",
  "job",
  "仕事",
  ...Array.from({ length: 40 }, (_, index) => `0a1b2c3d-0000-4000-8000-0000000001${index + 10}`),
];
const OVER = ["done", "done", "done", "cancelled"];
const STATES = ["pending", "enqueued", "started", "failed", "wait_dependencies", ...OVER];

/** What one history is like: some are as with Odoo, in some anything goes. */
interface Manner {
  /** How often a notice has a state out of the blue. */
  readonly chaos: number;
  readonly etas: number;
  /** How often the clock steps back. */
  readonly backwards: number;
  readonly reconfigurations: number;
  readonly uuids: readonly string[];
  readonly databases: readonly string[];
}

/**
 * Makes up a history, step by step. It keeps the rows as the databases have them and is told which
 * jobs were handed out, because those mostly go on to run and end.
 */
export class History {
  readonly channels: string;
  /** How many steps it has. */
  readonly length: number;
  readonly #random: Random;
  readonly #channelStrings: ChannelStrings;
  readonly #manner: Manner;
  readonly #beginningMs: number;
  readonly #rows = new Map<string, Job>();
  /** Handed out, or told to run. */
  readonly #running = new Set<string>();
  readonly #scanning = new Set<string>();
  /** What follows for sure, before anything else is made up. */
  readonly #next: Step[] = [];
  #nowMs: number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#channelStrings = new ChannelStrings(this.#random);
    this.channels = this.#channelStrings.next();
    this.length = 60 + this.#random.below(90);
    this.#manner = mannerOf(this.#random);
    this.#beginningMs = this.#random.pick([1_000_000, 1_700_000_000_000]);
    this.#nowMs = this.#beginningMs;
  }

  nextStep(): Step {
    const sure = this.#next.shift();
    if (sure !== undefined) return sure;
    const { chance, below } = this.#random;
    if (this.#running.size > 0 && chance(0.4)) return this.#progress();
    if (chance(this.#manner.reconfigurations)) return this.#reconfiguration();
    const choice = below(100);
    if (choice < 30) return this.#question();
    if (choice < 34) return { call: "wakeupAtMs", nowMs: this.#later() };
    if (chance(0.15)) return this.#explanation(this.#later());
    if (choice < 40) return this.#databaseStep(choice);
    if (choice < 43) return this.#refusedNotice();
    if (choice < 47 || (choice < 60 && this.#scanning.size > 0)) return this.#jobStep();
    return this.#notice();
  }

  /** These jobs run now. */
  noteTaken(jobs: readonly (readonly [database: string, uuid: string])[]): void {
    for (const [database, uuid] of jobs) this.#running.add(keyOf(database, uuid));
  }

  #question(): Step {
    const { chance, pick } = this.#random;
    const nowMs = this.#later();
    const max = chance(0.25) ? pick([0, 1, 1, 2, 3, 100]) : null;
    if (chance(0.7)) this.#next.push({ call: "wakeupAtMs", nowMs });
    if (chance(0.3)) this.#next.push(this.#explanation(nowMs));
    if (max !== null && chance(0.3)) this.#next.push({ call: "takeReady", nowMs, max });
    return { call: "takeReady", nowMs, max };
  }

  #explanation(nowMs: number): Step {
    const { pick } = this.#random;
    const database = pick(this.#manner.databases);
    return { call: "explain", database, uuid: pick(this.#manner.uuids), nowMs };
  }

  /** A job that was handed out goes on. */
  #progress(): Step {
    const { pick, chance } = this.#random;
    const key = pick([...this.#running]);
    const row = this.#rows.get(key);
    this.#running.delete(key);
    if (row === undefined) return this.#notice();
    const ends = chance(0.7) ? pick(OVER) : pick(["failed", "pending", "wait_dependencies"]);
    const order = ["pending", "enqueued", "started"];
    const next = order[order.indexOf(row.state) + 1];
    const state = next !== undefined && chance(0.6) ? next : ends;
    return this.#told({ ...row, state });
  }

  /** A new job, or something that happens to a known one. */
  #notice(): Step {
    const { pick, chance } = this.#random;
    const database = pick(this.#manner.databases);
    const uuid = pick(this.#manner.uuids);
    const row = this.#rows.get(keyOf(database, uuid));
    const isNew = row === undefined || OVER.includes(row.state);
    const job = isNew ? { ...this.#properties(), database, uuid, state: "pending" } : { ...row };
    if (!isNew && chance(0.15)) Object.assign(job, this.#change());
    if (chance(this.#manner.chaos)) job.state = pick(STATES);
    else if (job.state === "failed" && chance(0.5)) job.state = "pending";
    return this.#told(job);
  }

  #told(job: Job): Step {
    const key = keyOf(job.database, job.uuid);
    this.#rows.set(key, job);
    if (job.state === "enqueued" || job.state === "started") this.#running.add(key);
    else this.#running.delete(key);
    return { call: "notify", job };
  }

  #refusedNotice(): Step {
    const wrong: Partial<Job>[] = [
      { sequence: 0.5 },
      { sequence: 2 ** 53 },
      { priority: 2 ** 31 },
      { state: "unknown" },
    ];
    const { pick } = this.#random;
    const database = pick(this.#manner.databases);
    const uuid = pick(this.#manner.uuids);
    const job = { ...this.#properties(), database, uuid, state: pick(STATES), ...pick(wrong) };
    return { call: "notify", job };
  }

  #properties(): Omit<Job, "database" | "uuid" | "state"> {
    const { pick, chance } = this.#random;
    return {
      channel: this.#channelStrings.named(),
      sequence: pick([1, 2, 3, 3, 2 ** 40]),
      createdMs: pick([null, 0, 1000, 1000, 1000.25, this.#beginningMs]),
      priority: pick([null, 10, 10, 10, 5, 0, -1, 2 ** 31 - 1, -(2 ** 31)]),
      etaMs: chance(this.#manner.etas) ? this.#eta() : null,
    };
  }

  #change(): Partial<Job> {
    const other = this.#properties();
    const name = this.#random.pick(
      ["channel", "sequence", "createdMs", "priority", "etaMs"] as const,
    );
    return { [name]: name === "etaMs" ? this.#random.pick([null, this.#eta()]) : other[name] };
  }

  #eta(): number {
    return this.#nowMs +
      this.#random.pick([-5000, -500, 0, 0.5, 250, 500, 1000, 1000, 2000, 5000, 60_000]);
  }

  #jobStep(): Step {
    const { pick } = this.#random;
    const scanned = [...this.#scanning];
    const database = pick(scanned.length > 0 ? scanned : this.#manner.databases);
    const uuid = pick(this.#manner.uuids);
    if (scanned.length > 0) return { call: "touch", database, uuid };
    this.#rows.delete(keyOf(database, uuid));
    return { call: "forget", database, uuid };
  }

  #databaseStep(choice: number): Step {
    const database = this.#random.pick(this.#manner.databases);
    if (choice < 38 && this.#scanning.delete(database)) return { call: "sweep", database };
    if (choice < 38) {
      this.#scanning.add(database);
      return { call: "beginScan", database };
    }
    return { call: choice === 38 ? "forgetDatabase" : "parkDatabase", database };
  }

  #reconfiguration(): Step {
    const choice = this.#random.below(14);
    const strings = this.#channelStrings;
    if (choice > 9) return this.#channelChange();
    const channels = choice === 0
      ? strings.wrong()
      : choice < 5
      ? strings.next()
      : strings.changed();
    return { call: "configure", channels };
  }

  #channelChange(): Step {
    const { pick, chance } = this.#random;
    const channel = this.#channelStrings.named() ?? "root";
    if (chance(0.3)) return { call: "changeChannel", channel, change: null };
    const change = {
      ...chance(0.6) ? { paused: chance(0.6) } : {},
      ...chance(0.6) ? { capacity: pick([1, 1, 2, 3, 8]) } : {},
    };
    return { call: "changeChannel", channel, change };
  }

  #later(): number {
    const { pick, chance } = this.#random;
    const isBack = chance(this.#manner.backwards);
    this.#nowMs += isBack
      ? -pick([0.5, 250, 1000, 5000, 60_000])
      : pick([0, 0, 1, 250, 250, 500, 500, 1000, 1000, 2000, 10_000]);
    return this.#nowMs;
  }
}

function mannerOf(random: Random): Manner {
  const { pick, below } = random;
  const uuidCount = pick([3, 6, 12, 25, UUIDS.length]);
  const uuidsFrom = below(UUIDS.length - uuidCount + 1);
  return {
    chaos: pick([0, 0.02, 0.1, 0.5]),
    etas: pick([0, 0.2, 0.7]),
    backwards: pick([0, 0.03, 0.2]),
    reconfigurations: pick([0, 0.02, 0.1]),
    uuids: UUIDS.slice(uuidsFrom, uuidsFrom + uuidCount),
    databases: ["shop", "test", ""].slice(0, pick([1, 2, 3])),
  };
}

function keyOf(database: string, uuid: string): string {
  return JSON.stringify([database, uuid]);
}
