import { randomUUID } from "node:crypto";
import type { Clock } from "../../src/clock.ts";
import { generationOf, type KnownGeneration } from "../../src/database/generation.ts";
import type { JobRow } from "../../src/database/job_row.ts";
import { type Answer, NO_ANSWER, type Statement } from "../../src/database/statement.ts";
import type { Logger } from "../../src/log.ts";
import { NO_METER } from "../../src/meter.ts";
import { BlockingRows } from "../../src/runner/blocking_rows.ts";
import { ContainedTurn } from "../../src/runner/contained_turn.ts";
import { Decider } from "../../src/runner/decider.ts";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";

const BACKLOG = 100;
/** A batch of jobs takes so long. */
const BATCH_MS = 1_000;
const GENERATION = generationOf({
  addons: [{ name: "queue_job", state: "installed", version: "16.0.1.0.0" }],
  columns: ["uuid", "channel", "state", "priority", "eta", "date_created", "date_enqueued"],
  hasJobLocks: false,
}) as KnownGeneration;
const say = (text: string) => {
  throw new Error(`Nothing is to be said, but it says: ${text}`);
};
const LOGGER: Logger = {
  ...{ debug: say, info: say, warning: say, error: say, critical: say },
  isEnabledFor: () => true,
};

/**
 * Jobs that come as fast as they go, through the real scheduler, turn and decider: what must not
 * grow, whatever time it takes. Tables and Odoo are as simple as can be; nothing goes wrong.
 */
export class SteadyStream {
  readonly scheduler: LiveScheduler = new LiveScheduler(
    "root:50,mail:0,mail.bulk:20",
    (error) => say(error.message),
  );
  readonly turn: ContainedTurn;
  readonly #clock: Clock & { advance(ms: number): void };
  readonly #decider: Decider;
  readonly #rows = new Map<string, JobRow>();
  #asked: string[] = [];
  #count = 0;

  /** @param clock that only `advance` moves */
  constructor(clock: Clock & { advance(ms: number): void }) {
    this.#clock = clock;
    this.turn = new ContainedTurn({
      blocking: new BlockingRows(this),
      ...{ database: "shop", scheduler: this.scheduler, clock, logger: LOGGER },
      timing: { requeueStartedAfterMs: null },
      random: () => 0.5,
      ask: ({ uuid }) => this.#asked.push(uuid),
      onBegun: () => {},
      seen: () => {},
      pause: () => null,
      letGo: () => {},
      onChange: () => this.#decider.decideSoon(),
      onWork: () => {},
    }, (error) => {
      throw error;
    });
    this.#decider = new Decider({
      meter: NO_METER,
      ...{ scheduler: this.scheduler, clock, allowance: () => Infinity },
      take: (_database, uuid, channel) => this.turn.take(uuid, channel),
    });
    this.turn.opened(GENERATION);
    this.#answerAll();
  }

  /** So many jobs come and go; none is left at the end. */
  run(jobs: number): void {
    for (let left = jobs; left > 0 || this.#rows.size > 0;) {
      while (left > 0 && this.#rows.size < BACKLOG) {
        this.#insert();
        left--;
      }
      this.#answerAll();
      this.#clock.advance(BATCH_MS);
      this.#answerAll();
      this.#work();
      this.#answerAll();
    }
  }

  /** Ends its timers. */
  close(): void {
    this.#decider.stop();
    this.turn.close();
  }

  /** Odoo runs what it was asked for; of some jobs the row is read before the answer comes. */
  #work(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (const uuid of asked) this.#write(uuid, "started");
    this.#answerAll();
    for (const [number, uuid] of asked.entries()) {
      this.#write(uuid, "done");
      if (number % 10 === 0) this.#answerAll();
      this.turn.answered(uuid, { kind: "finished" });
    }
  }

  #insert(): void {
    const id = ++this.#count;
    const row: JobRow = {
      uuid: id % 10 === 0 ? `odd ${id}` : randomUUID(),
      channel: id % 20 === 0 ? `customers.${id}` : id % 2 === 0 ? "mail.bulk" : null,
      sequence: id,
      createdMs: this.#clock.nowMs(),
      priority: id % 5,
      etaMs: id % 4 === 0 ? this.#clock.nowMs() + BATCH_MS : null,
      enqueuedMs: null,
      state: "pending",
    };
    this.#rows.set(row.uuid, row);
    this.turn.notified(row.uuid);
  }

  #write(uuid: string, state: string, enqueuedMs: number | null = null): void {
    if (state === "done") this.#rows.delete(uuid);
    else this.#rows.set(uuid, { ...this.#rows.get(uuid)!, state, enqueuedMs });
    this.turn.notified(uuid);
  }

  #answerAll(): void {
    for (let next = this.turn.nextStatement(); next; next = this.turn.nextStatement()) {
      this.turn.completed(this.#answerTo(next));
      this.#clock.advance(0);
    }
  }

  #answerTo(statement: Statement): Answer {
    switch (statement.kind) {
      case "claim":
        for (const uuid of statement.uuids) {
          this.#write(uuid, "enqueued", statement.enqueuedSeconds * 1000);
        }
        return { ...NO_ANSWER, uuids: statement.uuids };
      case "read":
        return {
          ...NO_ANSWER,
          rows: statement.uuids.flatMap((uuid) => this.#rows.get(uuid) ?? []),
        };
      default:
        return NO_ANSWER;
    }
  }
}
