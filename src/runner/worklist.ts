import { CLAIMS_MAX, READS_MAX, type Statement } from "../database/statement.ts";
import type { InFlightJob } from "./in_flight.ts";
import { Scan } from "./scan.ts";

/** More marked jobs than this are read by a scan instead. */
const MARKED_MAX = 50_000;

/**
 * What waits to be done on one database, given out as statements in this order: a scan of what
 * takes places, claims, put-backs, the first page of what waits, jobs marked for reading, the
 * scan's other pages. What is added meanwhile is done together: many changes cost one statement.
 */
export class Worklist {
  #claims: InFlightJob[] = [];
  #putBacks: InFlightJob[] = [];
  readonly #marked = new Set<string>();
  scan: Scan | null = null;

  addClaim(job: InFlightJob): void {
    this.#claims.push(job);
  }

  addPutBack(job: InFlightJob): void {
    this.#putBacks.push(job);
  }

  mark(uuid: string): void {
    this.#marked.add(uuid);
  }

  /** So much is marked that reading everything is cheaper. */
  get isFlooded(): boolean {
    return this.#marked.size > MARKED_MAX;
  }

  /** Everything is read anew, what waits if wanted: single marks say nothing more. */
  startScan(wantsWaiting = true): void {
    this.#marked.clear();
    this.scan = new Scan(wantsWaiting);
  }

  /** Nothing more is to be read. */
  clearReads(): void {
    this.#marked.clear();
    this.scan = null;
  }

  /** Gives up the claims that are not on the way, and answers them. */
  dropClaims(): InFlightJob[] {
    const dropped = this.#claims;
    this.#claims = [];
    return dropped;
  }

  next(nowMs: number, sequentialChannels: () => readonly string[]): Statement | null {
    const scan = () => this.scan?.statement(sequentialChannels()) ?? null;
    // A put-back that is refused holds the database back: what takes places is counted by then.
    if (this.scan?.isCounting) return scan();
    // A new job is not to be known before those that have waited longer.
    const rest = this.scan?.isAtFirstPage ? scan : () => this.#read() ?? scan();
    return this.#claim(nowMs) ?? this.#putBack() ?? rest();
  }

  #claim(nowMs: number): Statement | null {
    if (this.#claims.length === 0) return null;
    const jobs = this.#claims.splice(0, CLAIMS_MAX);
    const enqueuedSeconds = Math.floor(nowMs / 1000);
    for (const job of jobs) job.enqueuedSeconds = enqueuedSeconds;
    return { kind: "claim", uuids: jobs.map((it) => it.uuid), enqueuedSeconds };
  }

  #putBack(): Statement | null {
    if (this.#putBacks.length === 0) return null;
    const jobs = this.#putBacks.splice(0, CLAIMS_MAX);
    for (const job of jobs) job.wantsPutBack = false;
    const enqueuedSeconds = jobs.map((it) => it.enqueuedSeconds);
    return { kind: "putBack", uuids: jobs.map((it) => it.uuid), enqueuedSeconds };
  }

  #read(): Statement | null {
    if (this.#marked.size === 0) return null;
    const uuids: string[] = [];
    for (const uuid of this.#marked) {
      if (uuids.length === READS_MAX) break;
      uuids.push(uuid);
      this.#marked.delete(uuid);
    }
    return { kind: "read", uuids };
  }
}
