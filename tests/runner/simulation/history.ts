import { generationOf, type KnownGeneration } from "../../../src/database/generation.ts";
import { type Random, seededRandom } from "../../scheduler/random.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { Auditor } from "./auditor.ts";
import type { Backend } from "./backend.ts";
import { type Event, type EventKind, mayHappen, type Trace } from "./event.ts";
import { JobTable } from "./job_table.ts";
import { Odoo } from "./odoo.ts";
import { Outsiders } from "./outsiders.ts";
import { Runner } from "./runner.ts";
import { StockRunner } from "./stock_runner.ts";
import { Sabotage, type SabotageKind } from "./sabotage.ts";

const START_MS = Date.UTC(2026, 0, 5, 8);
const LONGEST_STEP_MS = 60_000;

const COLUMNS = ["uuid", "channel", "state", "priority", "eta", "date_created", "date_enqueued"];
const FACTS = [
  { name: "connector", version: "8.0.3.3.0", hasJobLocks: false },
  { name: "queue_job", version: "10.0.1.0.0", hasJobLocks: false },
  { name: "queue_job", version: "12.0.1.0.0", hasJobLocks: false },
  { name: "queue_job", version: "16.0.2.0.0", hasJobLocks: false },
  { name: "queue_job", version: "18.0.2.0.0", hasJobLocks: true },
  { name: "queue_job", version: "18.0.2.0.0", hasJobLocks: true },
];
const GENERATIONS = FACTS.map(({ name, version, hasJobLocks }) => {
  const addons = [{ name, version, state: "installed" }];
  return generationOf({ addons, columns: COLUMNS, hasJobLocks }) as KnownGeneration;
});

const CHANNELS = [
  "root:1",
  "root:3",
  "root:2,mail:1,mail.bulk:1:sequential",
  "root:3,mail:1:sequential,work:2",
  "root:4,mail:2:throttle=2,work:1:sequential",
  "root:2:subcapacity=1,mail:2",
  "root:1:sequential",
];

/** As rows may spell them, configured or not. */
const SPELLINGS = [null, "root", "mail", "mail", "root.mail.bulk", "work", "mail.new"];

/** One random history: of all that may happen next, one thing happens. */
export class History implements Trace {
  readonly clock = new FakeClock(START_MS);
  readonly random: Random;
  readonly channels: string;
  readonly tables: readonly JobTable[];
  readonly odoo: Odoo;
  readonly auditor: Auditor;
  readonly outsiders: Outsiders;
  readonly length: number;
  readonly lines: string[] = [];
  readonly requeueStartedAfterMs: number | null;
  /** Tables that are read now and then, because nothing is heard of them. */
  readonly polled: ReadonlySet<JobTable>;
  readonly #stockRunner: StockRunner | null = null;
  /** Somebody pauses and resumes. */
  readonly #isSteered: boolean;
  readonly #sabotage: Sabotage;
  /** How likely events of a kind are in this history. */
  readonly #temper: Readonly<Record<EventKind, number>>;
  #runner: Runner;

  constructor(readonly seed: number, sabotage: SabotageKind | null = null) {
    const random = this.random = seededRandom(seed);
    const { clock } = this;
    this.#sabotage = new Sabotage(sabotage);
    this.#temper = {
      progress: 1,
      time: random.pick([0.2, 0.5, 1]),
      work: random.pick([0.05, 0.2, 1]),
      fault: random.pick([0.1, 0.4, 1.5]),
      outside: random.pick([0.05, 0.3, 1]),
    };
    this.channels = random.pick(CHANNELS);
    this.length = 150 + random.below(400);
    this.tables = ["shop", "blog", "wiki"].slice(0, 1 + random.below(3))
      .map((name) => new JobTable(name, random.pick(GENERATIONS)));
    this.polled = new Set(this.tables.filter(() => random.chance(0.1)));
    this.odoo = new Odoo({
      clock,
      random,
      trace: this,
      workers: 1 + random.below(4),
      onExecution: (request) => this.auditor.noteExecution(request),
      onConflict: (request) => this.auditor.noteConflict(request),
    });
    this.auditor = new Auditor(this.channels, this.odoo);
    this.outsiders = new Outsiders({
      ...this,
      channels: SPELLINGS,
      trace: this,
      auditor: this.auditor,
    });
    const generations = this.tables.map((it) =>
      `${it.database}: ${it.generation.name} (${it.generation.startGuard})` +
      (this.polled.has(it) ? ", polled" : "")
    );
    // Not in all: beside a stock runner little can be known.
    if (random.chance(0.2)) {
      this.#stockRunner = new StockRunner({ ...this, trace: this, auditor: this.auditor });
    }
    this.#isSteered = random.chance(0.3);
    this.requeueStartedAfterMs = random.pick([null, null, 600_000]);
    this.note(`channels ${this.channels}; ${generations.join(", ")}`);
    for (const table of this.tables) {
      for (let count = random.below(10); count > 0; count--) this.outsiders.addJob(table);
    }
    this.#runner = this.#newRunner(new Map());
  }

  get runner(): Runner {
    return this.#runner;
  }

  note(text: string): void {
    this.lines.push(text);
  }

  /** One of the things that may happen happens. */
  async step(events: readonly Event[]): Promise<void> {
    const event = this.#pick(events);
    if (event.what !== "") this.note(`${this.#seconds} ${event.subject}: ${event.what}`);
    await event.run();
    if (this.#runner.bug) throw this.#runner.bug;
    this.odoo.tidy();
    if (this.#runner.phase !== "ended") {
      this.auditor.check(this.#runner.scheduler, this.#runner.links);
    }
  }

  events(): Event[] {
    return [
      ...this.#runner.events(),
      ...this.odoo.events(),
      ...this.outsiders.events(),
      ...this.#operatorEvents(),
      ...this.#stockRunner?.events() ?? [],
      ...this.#timeEvents(),
      ...this.#runnerEvents(),
    ];
  }

  /** As `events`, when nothing goes wrong any more: time goes on when all else is done. */
  quietEvents(): Event[] {
    const all = [...this.#runner.events(), ...this.odoo.events()];
    const events = [...all.filter((it) => it.kind !== "fault"), ...this.#dueTimers()];
    return events.length > 0 ? events : this.#timeEvents().slice(0, 1);
  }

  /** Nothing goes wrong from now on. */
  calm(): void {
    this.note("nothing goes wrong any more");
    this.odoo.isKind = true;
    this.outsiders.letAllGo();
    this.#runner.operator.resumeAll();
    this.#stockRunner?.leave();
    for (const table of this.tables) table.skewMs = 0;
    if (this.#runner.phase !== "running") this.restart();
  }

  restart(): void {
    this.#runner.kill();
    const ghosts = new Map(this.#runner.links.map((it) => [it.table, it.takeGhost()] as const));
    this.auditor.noteRestart(ghosts);
    this.#runner = this.#newRunner(ghosts);
  }

  #newRunner(ghosts: ReadonlyMap<JobTable, Backend | null>): Runner {
    return new Runner({ ...this, trace: this, sabotage: this.#sabotage, ghosts });
  }

  #operatorEvents(): Event[] {
    if (!this.#isSteered || this.#runner.phase === "ended") return [];
    return this.#runner.operator.events();
  }

  #timeEvents(): Event[] {
    const { clock, random } = this;
    const events = this.#dueTimers();
    if (events.length > 0) return events;
    const may = mayHappen(events, "time");
    may("time", 3, "the next timer", () => {
      clock.advance(Math.min(clock.nextDueMs - clock.nowMs(), LONGEST_STEP_MS));
    });
    may("time", 1, "a moment", () => clock.advance(random.below(400)));
    may("time", 0.15, "a while", () => clock.advance(random.below(20_000)));
    may("time", 0.05, "a long while", () => clock.advance(random.below(400_000)));
    // The process or the machine slept: what is due comes late, and at once.
    may("time", 0.05, "a jump", () => clock.set(clock.nowMs() + random.below(100_000)));
    return events;
  }

  #dueTimers(): Event[] {
    const { clock } = this;
    const events: Event[] = [];
    if (clock.nextDueMs > clock.nowMs()) return events;
    mayHappen(events, "time")("time", 8, "", () => clock.advance(0));
    return events;
  }

  #runnerEvents(): Event[] {
    const runner = this.#runner;
    const events: Event[] = [];
    const may = mayHappen(events, "runner");
    if (runner.phase === "ended") {
      may("progress", 1, "is started", () => this.restart());
      return events;
    }
    may("fault", 0.06, "its core traps", () => runner.armTrap());
    may("fault", 0.04, "is about to throw", () => runner.armError());
    may("fault", 0.02, "is killed", () => runner.kill());
    may("fault", 0.02, "the clock of a server steps", () => {
      this.random.pick(this.tables).skewMs = this.random.below(7_200_000) - 3_600_000;
    });
    may("fault", 0.04, "Odoo restarts", () => this.odoo.restart());
    if (runner.phase === "running") may("fault", 0.03, "is stopped", () => runner.stop());
    return events;
  }

  #pick(events: readonly Event[]): Event {
    const weightOf = ({ kind, weight }: Event) => weight * this.#temper[kind];
    let rest = this.random.fraction() * events.reduce((sum, it) => sum + weightOf(it), 0);
    return events.find((it) => (rest -= weightOf(it)) < 0) ?? events.at(-1)!;
  }

  get #seconds(): string {
    return ((this.clock.nowMs() - START_MS) / 1000).toFixed(3);
  }
}
