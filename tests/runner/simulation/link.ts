import type { Statement } from "../../../src/database/statement.ts";
import type { DatabaseTurn } from "../../../src/runner/database_turn.ts";
import { Backend, type Message } from "./backend.ts";
import { type Event, type May, mayHappen, type Trace } from "./event.ts";
import type { JobTable } from "./job_table.ts";
import type { Rival } from "./rival.ts";
import type { Sabotage } from "./sabotage.ts";

export interface LinkOptions {
  readonly table: JobTable;
  readonly turn: DatabaseTurn;
  readonly trace: Trace;
  readonly nowMs: () => number;
  readonly onSent: (statement: Statement) => void;
  /** All is read anew: so much was notified, or it is time to. */
  readonly onOvertaken: () => void;
  /** Notifications do not arrive: all is read now and then. */
  readonly isPolled: boolean;
  /** The runner leads its group. */
  readonly mayConnect: () => boolean;
  readonly after: (delayMs: number, callback: () => void) => void;
  /** The answer of a statement is about to reach the turn. */
  readonly onAnswer: (message: Message & { kind: "answer" }) => void;
  /** A statement has been carried out. */
  readonly onCommit: (message: Message & { kind: "answer" }) => void;
  /** Another runner of our kind takes over the database. */
  readonly onLeft: () => Rival;
  readonly onChange: () => void;
  readonly sabotage: Sabotage;
}

/** More than a turn marks one by one. */
const FLOOD = 50_000;
/** Rarer than what is called rest lasts. */
const POLL_MS = 120_000;

/**
 * Carries statements and messages between a turn and its backend, as `DatabaseLink` does between a
 * turn and a session.
 */
export class Link {
  readonly table: JobTable;
  readonly turn: DatabaseTurn;
  readonly #options: LinkOptions;
  #backend: Backend | null = null;
  /**
   * Not connected any more, and not gone: it holds the lock, and may carry out what it has
   * received.
   */
  #ghost: Backend | null = null;
  /** Leads the database in our place. */
  #rival: Rival | null = null;
  /** The add-on is being upgraded. */
  #isPaused = false;
  #isWorking = false;
  #isEnded = false;
  #hasFailed = false;
  /** The session is to end. */
  #isBroken = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.table = options.table;
    this.turn = options.turn;
  }

  /** Its jobs are read, or nobody knows when they will be. */
  get isSettled(): boolean {
    if (this.#backend === null) return this.#hasFailed;
    return this.turn.isRead;
  }

  get isIdle(): boolean {
    return this.#backend !== null && this.#backend.wire.length === 0 && !this.#isWorking;
  }

  work(): void {
    if (this.#isWorking || !this.#backend) return;
    const statement = this.turn.nextStatement();
    if (!statement) return;
    this.#isWorking = true;
    this.#backend.receive(this.#options.sabotage.statement(statement));
    this.#options.onSent(statement);
  }

  events(): Event[] {
    const events: Event[] = [];
    const may = mayHappen(events, this.table.database);
    if (this.#backend) this.#serve(this.#backend, may);
    else if (this.#ghost) this.#haunt(this.#ghost, may);
    else if (!this.#isEnded) this.#wait(may);
    return events;
  }

  /** Ends with the runner. A backend may live on for a while if the runner was killed. */
  end(leavesGhost: boolean): void {
    this.#isEnded = true;
    if (this.#backend) this.#lose(leavesGhost);
    this.turn.close();
  }

  /** Ends the session; it is no failure. */
  pause(): void {
    if (this.#backend) this.#lose(false);
    this.#hasFailed = false;
  }

  /** The runner itself has thrown: a new session reads all anew. */
  restart(): void {
    this.#isBroken = this.#backend !== null;
  }

  /** The backend that the next runner has to wait for. */
  takeGhost(): Backend | null {
    return this.#ghost;
  }

  inheritGhost(ghost: Backend | null): void {
    this.#ghost = ghost;
  }

  #serve(backend: Backend, may: May): void {
    if (this.#isBroken) return may("progress", 8, "begins anew", () => this.#lose(false));
    const { statement, wire: [first] } = backend;
    if (first) may("progress", 8, "", () => this.#deliver(backend));
    if (statement) {
      may("progress", 6, `commits ${told(statement)}`, () => this.#commit(backend));
      may("fault", 0.1, `refuses ${told(statement)}`, () => backend.refuse());
    }
    const isAwaited = statement !== null || first?.kind === "answer";
    may("fault", isAwaited ? 0.1 : 0.03, "loses its session", () => this.#lose(true));
    may("fault", 0.03, "loses session and backend", () => this.#lose(false));
    may("fault", 0.02, "is to be upgraded", () => {
      this.#isPaused = true;
      this.#lose(false);
    });
    may("fault", 0.002, "is flooded with notifications", () => {
      for (let number = 0; number <= FLOOD; number++) this.turn.notified(`flood ${number}`);
      this.#options.onOvertaken();
    });
  }

  /** Nothing holds the lock, unless another runner does. */
  #wait(may: May): void {
    if (this.#rival) return this.#rival.events(may, () => this.#rival = null);
    if (this.#isPaused) {
      return may("progress", 0.5, "its upgrade is over", () => void (this.#isPaused = false));
    }
    if (this.#options.mayConnect()) may("progress", 3, "connects", () => this.#open());
    may("fault", 0.5, "another runner leads it", () => {
      this.#rival = this.#options.onLeft();
      this.turn.leave();
      this.#options.onChange();
    });
  }

  #haunt(ghost: Backend, may: May): void {
    const { statement } = ghost;
    may("progress", 2, "its lost backend ends", () => this.#bury());
    if (!statement) return;
    may("progress", 2, `its lost backend commits ${told(statement)}`, () => this.#commit(ghost));
  }

  #commit(backend: Backend): void {
    this.#options.onCommit(backend.commit(this.#options.nowMs()));
  }

  #open(): void {
    this.#backend = new Backend(this.table);
    if (this.#options.isPolled) this.#pollLater(this.#backend);
    this.turn.opened(this.#options.sabotage.generation(this.table.generation));
    this.#options.onChange();
  }

  /** As `Lead` does. */
  #pollLater(backend: Backend): void {
    const { after, onOvertaken } = this.#options;
    after(POLL_MS, () => {
      if (this.#backend !== backend) return;
      if (this.turn.isRead) {
        for (const { uuid } of this.turn.inFlight.all()) this.turn.notified(uuid);
        onOvertaken();
        this.turn.refill();
      }
      this.#pollLater(backend);
    });
  }

  #lose(leavesGhost: boolean): void {
    const backend = this.#backend!;
    this.#backend = null;
    this.#isWorking = this.#isBroken = false;
    this.#hasFailed = true;
    if (leavesGhost) this.#ghost = backend;
    else backend.end();
    this.turn.lost();
    this.#options.onChange();
  }

  #bury(): void {
    this.#ghost!.end();
    this.#ghost = null;
  }

  #deliver(backend: Backend): void {
    const message = backend.wire.shift()!;
    const { trace, onAnswer, sabotage } = this.#options;
    const name = this.table.database;
    switch (message.kind) {
      case "notification":
        if (this.#options.isPolled) return;
        trace.note(`${name}: hears of ${message.uuid}`);
        if (!sabotage.losesNotification(this.table.get(message.uuid)?.state)) {
          this.turn.notified(message.uuid);
        }
        return;
      case "answer":
        trace.note(`${name}: is answered ${told(message.statement)} → ${toldAnswer(message)}`);
        return this.#finish(() => {
          onAnswer(message);
          this.turn.completed(sabotage.answer(message.answer, this.table));
        });
      case "refusal":
        trace.note(`${name}: is refused`);
        return this.#finish(() => this.turn.refused(message.reason));
    }
  }

  #finish(tell: () => void): void {
    this.#isWorking = false;
    tell();
    this.#options.onChange();
    this.work();
  }
}

function told(statement: Statement): string {
  const uuids = "uuids" in statement ? statement.uuids : [];
  return [statement.kind, ...uuids].join(" ");
}

function toldAnswer({ answer }: Message & { kind: "answer" }): string {
  const rows = [...answer.rows].map((it) => `${it.uuid} ${it.state}`);
  return `[${[...rows, ...answer.uuids].join(", ")}]`;
}
