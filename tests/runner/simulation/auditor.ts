import type { Outcome } from "../../../src/dispatch/outcome.ts";
import type { DatabaseTurn } from "../../../src/runner/database_turn.ts";
import type { LiveScheduler } from "../../../src/runner/live_scheduler.ts";
import type { Backend, Message } from "./backend.ts";
import { ChannelRules } from "./channel_rules.ts";
import { isCounted, type JobTable } from "./job_table.ts";
import { keyOf, Knowledge, type KnownRow } from "./knowledge.ts";
import type { Odoo } from "./odoo.ts";
import type { OdooRequest } from "./odoo_request.ts";
import { ForeignWatch } from "./foreign_watch.ts";
import { Violation } from "./violation.ts";

type AnswerMessage = Message & { readonly kind: "answer" };

/**
 * Watches from outside whether the runner keeps its promises:
 *
 * - one open request per job at most, opened at once when a claim of the present session is
 *   answered with the job;
 * - no job is executed twice at the same time, unless somebody wrote its row from outside while
 *   Odoo had one of the two requests: then nobody can know (odoo.md). So where Odoo has no guard,
 *   no job is asked for while Odoo has an earlier request for it, with the same exception;
 * - a job is put back as lost only when no request for it is open;
 * - a stock runner at work is noticed where a read shows it, and nowhere else; for a minute then no
 *   job is taken, and none put back as lost;
 * - a stop that ends early leaves no claimed job behind that was never asked for;
 * - as many jobs in a channel and below as its capacity, where a job counts once, by the channel
 *   that it had when it was asked for, while it is executed or has an open request and its row is
 *   `enqueued` or `started` (later only the answer is on the way). Not counted are *disturbed*
 *   jobs, whose excess is not the runner's doing: their row was written from outside since the
 *   runner had read it to take the job; or they were running, and in nobody's hands, in a database
 *   that had not been counted when the barrier fell, after a start or a trap;
 * - in a sequential channel no job is taken before an earlier one, nor beside a failed one, that
 *   had entered the core not later (what enters later may meet a job that has already left its
 *   channel for the parent's).
 */
export class Auditor {
  readonly rules: ChannelRules;
  readonly #odoo: Odoo;
  readonly #knowledge = new Knowledge();
  readonly #foreign = new ForeignWatch();
  /** Claims that have been answered in this step and may be asked for. */
  readonly #claimed = new Set<string>();
  readonly #disturbed = new Set<string>();
  readonly #stranded = new Set<string>();
  /** When each was claimed that was not asked for since. */
  readonly #unasked = new Map<string, number>();

  constructor(channels: string, odoo: Odoo) {
    this.rules = new ChannelRules(channels);
    this.#odoo = odoo;
  }

  noteAnswer(table: JobTable, turn: DatabaseTurn, message: AnswerMessage, nowMs: number): void {
    this.#knowledge.noteAnswer(table, turn, message);
    this.#foreign.noteAnswer(table, turn, message, nowMs);
    if (message.statement.kind !== "claim") return;
    for (const uuid of message.answer.uuids) this.#claimed.add(keyOf(table, uuid));
  }

  noteTaken(table: JobTable, uuid: string, nowMs: number): void {
    const key = keyOf(table, uuid);
    if (this.#foreign.isAtWork(table, nowMs)) {
      throw new Violation(`${key} is taken although a stock runner is at work`);
    }
    const own = this.#knowledge.get(table, uuid);
    if (!this.#knowledge.isUpToDate(table, uuid)) this.#disturbed.add(key);
    else if (!this.#isAlive(table, uuid)) this.#disturbed.delete(key);
    if (own && this.rules.isSequential(own.row.channel)) this.#checkSequence(own);
  }

  noteAsked(request: OdooRequest): void {
    const { table, uuid, name } = request;
    const others = this.#odoo.of(table.database, uuid).filter((it) => it !== request);
    if (others.some((it) => it.isOurs && it.isOpen)) {
      throw new Violation(`${name} has two open requests`);
    }
    if (table.generation.startGuard === "none") this.#checkUnguarded(request, others);
    // Somebody wrote the row between the claim and its answer.
    if (!request.job || !isCounted(request.job)) request.isExcused = true;
    this.#stranded.delete(name);
    this.#unasked.delete(name);
    if (!this.#claimed.delete(name)) throw new Violation(`${name} is asked for without a claim`);
  }

  noteExecution(request: OdooRequest): void {
    const other = this.#odoo.of(request.table.database, request.uuid)
      .find((it) => it !== request && it.isExecuting);
    if (!other || other.isExcused || request.isExcused) return;
    throw new Violation(`${request.name} is executed twice at the same time`);
  }

  /** Somebody else than the runner and the job's own worker has written a row. */
  noteOutside(table: JobTable, uuid: string): void {
    this.#disturbed.add(keyOf(table, uuid));
    for (const request of this.#odoo.of(table.database, uuid)) request.isExcused = true;
  }

  /** Odoo has written over what it had not seen: whose doing that is, is known of the request. */
  noteConflict(request: OdooRequest): void {
    if (request.isExcused) this.noteOutside(request.table, request.uuid);
  }

  /** Nobody can know whether Odoo runs the job: without a guard it may not be asked for again. */
  isStranded(table: JobTable, uuid: string): boolean {
    return this.#stranded.has(keyOf(table, uuid));
  }

  noteOutcome(request: OdooRequest, { kind }: Outcome): void {
    const isUnknown = kind === "dropped" || kind === "unavailable" || kind === "released";
    if (isUnknown) this.#stranded.add(request.name);
  }

  /** Nobody of ours knows what becomes of a request for it. */
  noteLeft(table: JobTable, uuid: string): void {
    this.#unasked.delete(keyOf(table, uuid));
    this.#stranded.add(keyOf(table, uuid));
  }

  /** Another runner of our kind, which leads in our place, has claimed a job and asks for it. */
  noteRival(table: JobTable, uuid: string): void {
    this.#disturbed.add(keyOf(table, uuid));
    this.noteLeft(table, uuid);
  }

  /** Another runner of our kind leads in our place: what runs there is no business of ours. */
  noteLeave(table: JobTable, turn: DatabaseTurn): void {
    this.#noteUncounted(table, (uuid) => turn.inFlight.get(uuid)?.state === "asked");
    for (const { uuid, state } of table.all()) if (state === "enqueued") this.noteLeft(table, uuid);
    for (const { uuid } of table.all()) this.#unasked.delete(keyOf(table, uuid));
    this.#knowledge.forget(table);
    this.#foreign.forget(table);
  }

  /** A statement of the runner has taken effect, whether or not it hears of that. */
  noteCommit(table: JobTable, turn: DatabaseTurn, message: AnswerMessage, nowMs: number): void {
    const { statement, answer } = message;
    if (statement.kind.startsWith("requeue")) this.#noteRequeued(table, message, nowMs);
    if (statement.kind !== "claim") return;
    for (const uuid of answer.uuids) {
      // What the backend of an earlier runner claims is in nobody's hands.
      if (!turn.inFlight.get(uuid)) continue;
      this.#unasked.set(keyOf(table, uuid), statement.enqueuedSeconds * 1000);
    }
  }

  /** The runner ends with nothing left to do: what it has claimed was asked for, or put back. */
  noteDrained(table: JobTable): void {
    for (const { uuid, state, enqueuedMs } of table.all()) {
      const key = keyOf(table, uuid);
      if (state === "enqueued" && this.#unasked.get(key) === enqueuedMs) {
        throw new Violation(`${key} is left enqueued by a stop, and was never asked for`);
      }
    }
  }

  #noteRequeued(table: JobTable, { statement, answer }: AnswerMessage, nowMs: number): void {
    for (const uuid of answer.uuids) {
      const key = keyOf(table, uuid);
      const requests = this.#odoo.of(table.database, uuid);
      if (requests.some((it) => it.isOurs && it.isOpen)) {
        throw new Violation(`${key} is put back although its request is open`);
      }
      if (statement.kind === "requeueLost" && this.#foreign.isAtWork(table, nowMs)) {
        throw new Violation(`${key} is put back although a stock runner is at work`);
      }
      // Who sets a limit to jobs that have started, answers for those that take longer.
      if (statement.kind === "requeueStarted") this.noteOutside(table, uuid);
    }
  }

  /** There is a new runner, which may find jobs that another has claimed. */
  noteRestart(ghosts: ReadonlyMap<JobTable, Backend | null>): void {
    this.#unasked.clear();
    for (const [table, ghost] of ghosts) {
      this.#knowledge.forget(table);
      this.#foreign.forget(table);
      const claim = ghost?.statement?.kind === "claim" ? ghost.statement.uuids : [];
      const enqueued = table.all().filter((it) => it.state === "enqueued").map((it) => it.uuid);
      for (const uuid of [...claim, ...enqueued]) this.#stranded.add(keyOf(table, uuid));
    }
  }

  /** The barrier falls although what runs in a database is not counted. */
  noteUncounted(table: JobTable, turn: DatabaseTurn): void {
    this.#noteUncounted(table, (uuid) => turn.inFlight.get(uuid) !== undefined);
  }

  noteSent(table: JobTable): void {
    this.#knowledge.noteSent(table);
  }

  /** A scan begins while something is being read. */
  noteOvertaken(table: JobTable): void {
    this.#knowledge.noteOvertaken(table);
  }

  /** There is a new core. */
  noteRefill(tables: readonly JobTable[]): void {
    for (const table of tables) this.#knowledge.hide(table);
  }

  /** A step is over. */
  check(scheduler: LiveScheduler, turns: readonly { turn: DatabaseTurn; table: JobTable }[]): void {
    this.#claimed.clear();
    this.#knowledge.step++;
    for (const { turn, table } of turns) {
      // A reason is said of what is held, and while another runner is at work.
      if (turn.phase === "lost" || turn.reason !== null) this.#knowledge.forget(table);
    }
    for (const { turn, table } of turns) this.#foreign.check(table, turn);
    this.#checkCapacity();
    scheduler.checkInvariants();
  }

  #noteUncounted(table: JobTable, isCountedByUs: (uuid: string) => boolean): void {
    for (const job of table.all()) {
      const isRunning = isCounted(job) || this.#isAlive(table, job.uuid);
      if (isRunning && !isCountedByUs(job.uuid)) this.#disturbed.add(keyOf(table, job.uuid));
    }
  }

  /** Beside a request that is excused, nobody can know what becomes of a second one. */
  #checkUnguarded(request: OdooRequest, others: readonly OdooRequest[]): void {
    const alive = others.filter((it) => it.isUnderWay);
    if (alive.some((it) => it.isExcused)) request.isExcused = true;
    else if (alive.length > 0) {
      throw new Violation(`${request.name} is asked for although Odoo may run it, without a guard`);
    }
  }

  #checkCapacity(): void {
    const counts = new Map<string, number>();
    const seen = new Set<string>();
    for (const request of this.#odoo.requests) {
      const isRow = request.job !== undefined && isCounted(request.job);
      const takesPlace = request.isExecuting || (request.isOpen && isRow);
      if (!takesPlace || this.#disturbed.has(request.name)) continue;
      if (seen.has(request.name)) continue;
      seen.add(request.name);
      for (const name of this.rules.lineOf(request.channel)) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    for (const [name, count] of counts) {
      const capacity = this.rules.capacityOf(name);
      if (count > capacity) {
        throw new Violation(
          `${name} runs ${count} jobs, its capacity is ${capacity}: ${[...seen].join(", ")}`,
        );
      }
    }
  }

  #checkSequence(own: KnownRow): void {
    const isSameChannel = ({ row }: KnownRow) =>
      this.rules.lineOf(row.channel)[0] === this.rules.lineOf(own.row.channel)[0];
    for (const other of this.#knowledge.current()) {
      if (other === own || !isSameChannel(other) || other.readStep > own.sinceStep) continue;
      const name = keyOf(own.table, own.row.uuid);
      const otherName = keyOf(other.table, other.row.uuid);
      if (other.row.state === "failed") {
        throw new Violation(`${name} is taken although ${otherName} has failed`);
      }
      if (isBefore(other, own)) throw new Violation(`${name} is taken before ${otherName}`);
    }
  }

  /** Odoo has a request for it, or the client waits for one. */
  #isAlive(table: JobTable, uuid: string): boolean {
    return this.#odoo.of(table.database, uuid).some((it) => it.isOpen || it.stage !== "gone");
  }
}

/** Ties are settled by arrival, which an outsider cannot see. */
function isBefore({ row: one }: KnownRow, { row: other }: KnownRow): boolean {
  const difference = (one.priority ?? 10) - (other.priority ?? 10) ||
    (one.createdMs ?? -Infinity) - (other.createdMs ?? -Infinity) ||
    one.sequence - other.sequence;
  return difference < 0;
}
