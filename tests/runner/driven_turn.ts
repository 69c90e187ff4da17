import { generationOf, type KnownGeneration } from "../../src/database/generation.ts";
import type { JobRow } from "../../src/database/job_row.ts";
import { type Answer, NO_ANSWER, type Statement } from "../../src/database/statement.ts";
import type { Logger } from "../../src/log.ts";
import { BlockingRows } from "../../src/runner/blocking_rows.ts";
import { DatabaseTurn } from "../../src/runner/database_turn.ts";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { Scheduler, type SchedulerOptions } from "../../src/scheduler/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";

const COLUMNS = ["uuid", "channel", "state", "priority", "eta", "date_created", "date_enqueued"];

/** A generation of `queue_job` by its version: 10 has no guard, 16 a row lock, 18 lock rows. */
export function queueJob(version: number): KnownGeneration {
  const addons = [{ name: "queue_job", state: "installed", version: `${version}.0.1.0.0` }];
  return generationOf({ addons, columns: COLUMNS, hasJobLocks: version >= 18 }) as KnownGeneration;
}

/** A row as a read answers it. */
export function row(uuid: string, state: string, changes: Partial<JobRow> = {}): JobRow {
  return {
    uuid,
    state,
    channel: null,
    sequence: 1,
    createdMs: 0,
    priority: 10,
    etaMs: null,
    enqueuedMs: null,
    ...changes,
  };
}

interface DrivenOptions extends SchedulerOptions {
  readonly requeueStartedAfterMs?: number | null;
}

/** A turn with the real core, and everything it says to the outside. */
export class DrivenTurn {
  readonly clock = new FakeClock(1_000_000);
  readonly asked: string[] = [];
  readonly letGo: string[] = [];
  /** What has become of jobs: uuid, event and detail. */
  readonly seen: string[] = [];
  /** Why an operator wants nothing to be taken. */
  pause: string | null = null;
  readonly warnings: string[] = [];
  readonly timing: { requeueStartedAfterMs: number | null };
  readonly scheduler: LiveScheduler;
  readonly blocking: BlockingRows;
  readonly turn: DatabaseTurn;

  constructor(
    channels = "root:4",
    { requeueStartedAfterMs = null, ...scheduler }: DrivenOptions = {},
  ) {
    this.timing = { requeueStartedAfterMs };
    this.scheduler = new LiveScheduler(
      channels,
      () => this.turn.refill(),
      {
        clock: this.clock,
        create: (it) => Scheduler.create(it, scheduler),
        onRoom: () => this.turn.refill(),
      },
    );
    const warn = (text: string) => void this.warnings.push(text);
    const logger: Logger = {
      debug: () => {},
      info: () => {},
      warning: warn,
      error: warn,
      critical: warn,
      isEnabledFor: () => true,
    };
    this.blocking = new BlockingRows(this);
    this.turn = new DatabaseTurn({
      database: "shop",
      blocking: this.blocking,
      scheduler: this.scheduler,
      clock: this.clock,
      random: () => 1,
      logger,
      timing: this.timing,
      ask: ({ uuid }) => void this.asked.push(uuid),
      onBegun: () => {},
      seen: (uuid, event, detail) => {
        this.seen.push([uuid, event, ...detail === undefined ? [] : [detail]].join(" "));
      },
      pause: () => this.pause,
      letGo: (uuid) => void this.letGo.push(uuid),
      onChange: () => {},
      onWork: () => {},
    });
  }

  /** What the core would hand out, as the decider does it. */
  decide(): void {
    this.scheduler.takeEach(this.clock.nowMs(), Infinity, (_database, uuid, channel) => {
      this.turn.take(uuid, channel);
    });
  }

  /** A session opens, and a scan finds these rows. */
  becomeReady(rows: readonly JobRow[], version = 16): void {
    this.turn.opened(queueJob(version));
    this.answerAll(rows);
  }

  /** Answers statements as a table with these rows would, until there is none. */
  answerAll(rows: readonly JobRow[]): Statement[] {
    const statements: Statement[] = [];
    for (let next = this.turn.nextStatement(); next; next = this.turn.nextStatement()) {
      statements.push(next);
      this.turn.completed(answerTo(next, rows));
    }
    return statements;
  }

  /** The next statement, which stays on the way. */
  expect<K extends Statement["kind"]>(kind: K): Statement & { kind: K } {
    const statement = this.turn.nextStatement();
    if (statement?.kind === kind) return statement as Statement & { kind: K };
    throw new Error(`Expected ${kind}, got ${statement?.kind}`);
  }

  /** The next statement has to be of this kind, and is answered. */
  answer(kind: Statement["kind"], answer: Partial<Answer> = {}): void {
    this.expect(kind);
    this.turn.completed({ ...NO_ANSWER, ...answer });
  }

  /** A pending job is taken, claimed and asked for. */
  ask(uuid: string): JobRow {
    this.decide();
    this.answer("claim", { uuids: [uuid] });
    return row(uuid, "enqueued", { enqueuedMs: this.clock.nowMs() });
  }

  /** A pending job is claimed; the answer is lost, and a new session opens. */
  loseClaim(uuid: string): void {
    this.becomeReady([row(uuid, "pending")]);
    this.decide();
    this.expect("claim");
    this.turn.lost();
    this.turn.opened(queueJob(16));
  }

  get running(): number {
    return this.scheduler.channels().reduce((sum, it) => sum + it.running, 0);
  }

  get waiting(): number {
    return this.scheduler.channels().reduce((sum, it) => sum + it.waiting, 0);
  }
}

function answerTo(statement: Statement, rows: readonly JobRow[]): Answer {
  const inStates = (...states: string[]) => rows.filter((it) => states.includes(it.state));
  switch (statement.kind) {
    case "read":
      return { ...NO_ANSWER, rows: rows.filter((it) => statement.uuids.includes(it.uuid)) };
    case "scanCounted":
      return { ...NO_ANSWER, rows: inStates("enqueued", "started") };
    case "scanWaiting":
      return { ...NO_ANSWER, rows: inStates("pending", "wait_dependencies") };
    case "claim":
    case "putBack":
      return { ...NO_ANSWER, uuids: statement.uuids };
    default:
      return NO_ANSWER;
  }
}
