import { type Clock, type Timer, TimerSet } from "../../../src/clock.ts";
import { OdooGate } from "../../../src/dispatch/odoo_gate.ts";
import type { ProbeAnswer } from "../../../src/dispatch/probe.ts";
import type { Logger } from "../../../src/log.ts";
import { NO_METER } from "../../../src/meter.ts";
import { BlockingRows } from "../../../src/runner/blocking_rows.ts";
import { ContainedTurn } from "../../../src/runner/contained_turn.ts";
import type { DatabaseTurn } from "../../../src/runner/database_turn.ts";
import { Decider } from "../../../src/runner/decider.ts";
import { Steering } from "../../../src/runner/steering.ts";
import { LiveScheduler } from "../../../src/runner/live_scheduler.ts";
import { WaitingJobs } from "../../../src/runner/waiting_jobs.ts";
import { Scheduler, SchedulerError } from "../../../src/scheduler/mod.ts";
import type { Random } from "../../scheduler/random.ts";
import type { FakeClock } from "../../support/fake_clock.ts";
import type { Auditor } from "./auditor.ts";
import type { Backend } from "./backend.ts";
import { type Event, mayHappen, type Trace } from "./event.ts";
import type { JobTable } from "./job_table.ts";
import { Link } from "./link.ts";
import type { Odoo } from "./odoo.ts";
import { Operator } from "./operator.ts";
import { Rival } from "./rival.ts";
import type { Sabotage } from "./sabotage.ts";

export interface RunnerOptions {
  readonly channels: string;
  readonly tables: readonly JobTable[];
  readonly odoo: Odoo;
  readonly auditor: Auditor;
  readonly clock: FakeClock;
  readonly random: Random;
  readonly trace: Trace;
  readonly requeueStartedAfterMs: number | null;
  /** Tables of which nothing is heard. */
  readonly polled: ReadonlySet<JobTable>;
  readonly sabotage: Sabotage;
  /** Backends of the runner before this one. */
  readonly ghosts: ReadonlyMap<JobTable, Backend | null>;
}

type Phase = "running" | "stopping" | "ended";

const DOWN: ProbeAnswer = { kind: "down", reason: "nothing listens there", byProxy: false };
const BARRIER_MS = 10_000;
const DRAIN_TIMEOUT_MS = 10_000;
/** What may trap: all that changes the core. */
const TRAPPING = [
  "notify",
  "forget",
  "parkDatabase",
  "beginScan",
  "touch",
  "sweep",
  "takeEach",
] as const;

/** The runner around the real parts: what `ConnectorRunner` does, without sockets. */
export class Runner {
  readonly scheduler: LiveScheduler;
  readonly links: readonly Link[];
  readonly operator: Operator;
  readonly #steering: Steering;
  readonly #options: RunnerOptions;
  readonly #decider: Decider;
  readonly #gate: OdooGate;
  readonly #waiting: WaitingJobs;
  readonly #timers: TimerSet;
  #probed: ((answer: ProbeAnswer) => void) | null = null;
  #phase: Phase = "running";
  /** It leads its group. */
  #isLeading = true;
  #isBarrierUp = true;
  #barrier: Timer | null = null;
  #isTrapArmed = false;
  #isErrorArmed = false;
  #bug: Error | null = null;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#timers = new TimerSet(options.clock);
    const clock: Clock = {
      nowMs: () => options.clock.nowMs(),
      after: (delayMs, callback) => this.#timers.after(delayMs, callback),
    };
    const channels = options.sabotage.channels(options.channels);
    this.scheduler = new LiveScheduler(
      channels,
      (error) => this.#refill(error),
      { clock, create: (it) => this.#trapping(it) },
    );
    const logger = loggerTo(options.trace);
    this.#decider = new Decider({
      meter: NO_METER,
      scheduler: this.scheduler,
      clock,
      allowance: () => this.#mayDecide ? this.#gate.allowance : 0,
      take: (database, uuid, channel) => this.#take(database, uuid, channel),
    });
    this.#waiting = new WaitingJobs({
      clock,
      logger,
      turns: () => this.links.map((it) => it.turn),
    });
    this.#gate = new OdooGate({
      clock,
      logger,
      random: options.random.fraction,
      probe: () => new Promise((resolve) => this.#probed = resolve),
      onOpen: () => this.#decider.decideSoon(),
      waitingSince: (ms) => this.#waiting.takenSince(ms),
    });
    const databases = options.tables.map((it) => it.database);
    const steering = this.#steering = new Steering({
      ...{ clock, scheduler: this.scheduler },
      isServed: (name) => databases.includes(name),
      onDatabase: (name) => this.turnOf(name).steered(),
      onMore: () => this.#decider.decideSoon(),
    });
    const { random, auditor: { rules } } = options;
    this.operator = new Operator({ steering, databases, rules, random });
    this.links = options.tables.map((table) => this.#serve(table, clock, logger));
    this.#raiseBarrier(clock);
  }

  get phase(): Phase {
    return this.#phase;
  }

  get isGateOpen(): boolean {
    return this.#gate.isOpen;
  }

  events(): Event[] {
    if (this.#phase === "ended") return [];
    const events = this.links.flatMap((it) => it.events());
    const mayLead = mayHappen(events, "runner");
    if (this.#isLeading) mayLead("fault", 0.02, "loses the lead", () => this.#loseLead());
    else mayLead("progress", 0.5, "leads again", () => this.#lead());
    const may = mayHappen(events, "Odoo");
    if (!this.#probed) return events;
    may("progress", 1, "answers the probe", () => this.#answer({ kind: "up" }));
    may("fault", 1, "lets the probe wait", () => this.#answer({ kind: "waiting" }));
    may("fault", 1, "does not listen", () => this.#answer(DOWN));
    return events;
  }

  turnOf(database: string): DatabaseTurn {
    return this.#link(database).turn;
  }

  /** What was thrown where nobody catches it. */
  get bug(): Error | null {
    return this.#bug;
  }

  /** The next call that changes the core finds a broken invariant. */
  armTrap(): void {
    this.#isTrapArmed = true;
  }

  /** The next thing that a turn tells of a job throws. */
  armError(): void {
    this.#isErrorArmed = true;
  }

  stop(): void {
    this.#phase = "stopping";
    this.#barrier?.cancel();
    this.#decider.stop();
    for (const { turn } of this.links) turn.stop();
    if (this.#isDrained) return this.#endDrained();
    this.#timers.after(DRAIN_TIMEOUT_MS, () => this.#end(false));
  }

  kill(): void {
    this.#end(true);
  }

  #serve(table: JobTable, clock: Clock, logger: Logger): Link {
    const { odoo, auditor, trace, random, sabotage } = this.#options;
    const { database } = table;
    const turn: DatabaseTurn = new ContainedTurn({
      blocking: new BlockingRows(this),
      database,
      scheduler: this.scheduler,
      clock,
      random: random.fraction,
      logger,
      timing: this.#options,
      ask: ({ uuid }) => {
        // Whether it was sent is not known to whoever catches the error.
        if (this.#isErrorArmed) auditor.noteLeft(table, uuid);
        this.#throwIfArmed();
        this.#ask(table, uuid);
      },
      pause: () => sabotage.pause(this.#steering.reasonFor(database)),
      onBegun: () => {
        this.#throwIfArmed();
        this.#gate.noteBegun();
      },
      seen: () => {},
      letGo: (uuid) => odoo.release(database, uuid),
      onChange: () => this.#change(),
      onWork: () => link.work(),
    }, (error) => {
      if ((error as Error).message !== ARMED) this.#bug = error as Error;
      else link.restart();
    });
    const link: Link = new Link({
      table,
      turn,
      trace,
      nowMs: clock.nowMs,
      onSent: (statement) => {
        auditor.noteSent(table);
        this.operator.noteSent(database, statement);
      },
      onOvertaken: () => auditor.noteOvertaken(table),
      mayConnect: () => this.#isLeading,
      isPolled: this.#options.polled.has(table),
      after: (delayMs, callback) => clock.after(delayMs, callback),
      onAnswer: (message) => auditor.noteAnswer(table, turn, message, clock.nowMs()),
      onCommit: (message) => auditor.noteCommit(table, turn, message, clock.nowMs()),
      onLeft: () => {
        auditor.noteLeave(table, turn);
        return new Rival({ table, odoo, auditor, nowMs: clock.nowMs, trace });
      },
      onChange: () => this.#change(),
      sabotage,
    });
    link.inheritGhost(this.#options.ghosts.get(table) ?? null);
    return link;
  }

  #take(database: string, uuid: string, channel: string): void {
    const { auditor, trace } = this.#options;
    const link = this.#link(database);
    trace.note(`  takes ${database}/${uuid} of ${channel}`);
    this.operator.noteTaken(database, uuid, channel);
    auditor.noteTaken(link.table, uuid, this.#options.clock.nowMs());
    link.turn.take(uuid, channel);
  }

  #ask(table: JobTable, uuid: string): void {
    const { odoo, auditor, clock, trace, sabotage } = this.#options;
    const askedMs = clock.nowMs();
    const times = sabotage.requestsAtOnce();
    for (let time = 0; time < times; time++) {
      const request = odoo.open(table, uuid, (outcome) => {
        trace.note(`  ${table.database}/${uuid} ${outcome.kind}`);
        auditor.noteOutcome(request, outcome);
        this.#gate.note(outcome, askedMs);
        this.turnOf(table.database).answered(uuid, outcome);
        this.#change();
      });
      trace.note(`  asks for ${request.name}`);
      auditor.noteAsked(request);
    }
  }

  async #answer(answer: ProbeAnswer): Promise<void> {
    const probed = this.#probed!;
    this.#probed = null;
    probed(answer);
    for (let turn = 0; turn < 5; turn++) await undefined;
  }

  #change(): void {
    if (this.#isBarrierUp && this.links.every((it) => it.isSettled)) this.#lowerBarrier();
    if (this.#phase === "stopping" && this.#isDrained) {
      this.#timers.after(0, () => this.#isDrained && this.#endDrained());
    }
    this.#decider.decideSoon();
  }

  #raiseBarrier(clock: Pick<Clock, "after">): void {
    this.#barrier?.cancel();
    this.#isBarrierUp = true;
    this.#barrier = clock.after(BARRIER_MS, () => this.#lowerBarrier());
  }

  #lowerBarrier(): void {
    if (!this.#isBarrierUp || this.#phase !== "running") return;
    this.#isBarrierUp = false;
    this.#barrier?.cancel();
    for (const { turn, table } of this.links) {
      if (!turn.isRead) {
        this.#options.auditor.noteUncounted(table, turn);
      }
    }
    this.#decider.decideSoon();
  }

  #refill(error: SchedulerError): void {
    this.#options.trace.note(`  the core traps: ${error.message}`);
    if (error.message !== ARMED) this.#bug = error;
    this.#raiseBarrier(this.#timers);
    this.#options.auditor.noteRefill(this.#options.tables);
    for (const { turn } of this.links) turn.refill();
    this.#change();
  }

  #loseLead(): void {
    this.#isLeading = false;
    this.#barrier?.cancel();
    for (const link of this.links) link.pause();
  }

  #lead(): void {
    this.#isLeading = true;
    if (this.#phase === "running") this.#raiseBarrier(this.#timers);
  }

  get #mayDecide(): boolean {
    return this.#phase === "running" && this.#isLeading && !this.#isBarrierUp &&
      !this.#steering.isAllPaused;
  }

  #throwIfArmed(): void {
    if (!this.#isErrorArmed) return;
    this.#isErrorArmed = false;
    this.#options.trace.note("  the runner itself throws");
    throw new TypeError(ARMED);
  }

  /** A scheduler that traps when it is told to. */
  #trapping(channels: string): Scheduler {
    const scheduler = Scheduler.create(channels);
    for (const name of TRAPPING) {
      const original = scheduler[name].bind(scheduler) as (...args: unknown[]) => unknown;
      const value = (...args: unknown[]) => {
        if (!this.#isTrapArmed) return original(...args);
        this.#isTrapArmed = false;
        throw new SchedulerError(ARMED);
      };
      Object.defineProperty(scheduler, name, { value });
    }
    return scheduler;
  }

  #endDrained(): void {
    for (const { table } of this.links) this.#options.auditor.noteDrained(table);
    this.#end(false);
  }

  #end(isKilled: boolean): void {
    if (this.#phase === "ended") return;
    this.#phase = "ended";
    this.#decider.stop();
    this.#gate.stop();
    this.scheduler.stop();
    for (const link of this.links) link.end(isKilled);
    for (const request of this.#options.odoo.requests) request.abandon();
    this.#barrier?.cancel();
    this.#timers.cancelAll();
  }

  #link(database: string): Link {
    return this.links.find((it) => it.table.database === database)!;
  }

  get #isDrained(): boolean {
    const { isHasty } = this.#options.sabotage;
    return this.links.every(({ turn }) => turn.isDrained || (isHasty && turn.phase === "lost"));
  }
}

const ARMED = "armed by the simulation";

function loggerTo(trace: Trace): Logger {
  const write = (text: string) => trace.note(`  says: ${text}`);
  const loud = { info: write, warning: write, error: write, critical: write };
  return { ...loud, debug: () => {}, isEnabledFor: () => true };
}
