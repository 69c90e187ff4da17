import type { Clock } from "../clock.ts";
import type { ConnectionSettings } from "../database/connection.ts";
import { Database } from "../database/database.ts";
import type { KnownGeneration } from "../database/generation.ts";
import type { Session } from "../database/session.ts";
import type { OpenReads } from "./open_reads.ts";
import type { Slots } from "./slots.ts";

export interface JobReaderOptions {
  readonly clock: Clock;
  readonly connection: ConnectionSettings;
  readonly reads: OpenReads;
  /** So many databases are read at the same time, whoever asks. */
  readonly slots: Slots;
  /** A database that takes longer is not waited for. */
  readonly limitMs?: number;
}

type Work<T> = (session: Session, generation: KnownGeneration) => Promise<T>;

/** What was read, or why it was not. */
export type Read<T> =
  | { readonly value: T; readonly problem: null }
  | { readonly value: null; readonly problem: string };

/** The usual limit. */
export const READ_MS = 5_000;
/** A statement that takes longer is ended by the server itself: it must not go on for nobody. */
const STATEMENT_MS = 4_000;

/**
 * Reads jobs for people, from databases that may be led by anybody. Over a connection of its own,
 * which ends with the question: so no job waits for it.
 */
export class JobReader {
  readonly #options: JobReaderOptions;

  constructor(options: JobReaderOptions) {
    this.#options = options;
  }

  /**
   * @param untilMs When the answer is of no use any more.
   */
  read<T>(database: string, work: Work<T>, untilMs = Infinity): Promise<Read<T>> {
    return this.#options.reads.during((ended) => this.#read(database, work, untilMs, ended));
  }

  async #read<T>(
    database: string,
    work: Work<T>,
    untilMs: number,
    ended: AbortSignal,
  ): Promise<Read<T>> {
    const { clock, connection, slots, limitMs: longestMs = READ_MS } = this.#options;
    const giveBack = await slots.take();
    const limitMs = Math.min(longestMs, untilMs - clock.nowMs());
    const stop = new AbortController();
    const limit = clock.after(Math.max(0, limitMs), () => stop.abort());
    try {
      if (limitMs <= 0) return failed("not asked: the databases before it took too long");
      const statementTimeoutMs = Math.min(connection.statementTimeoutMs, STATEMENT_MS);
      const reader = new Database(database, {
        ...{ connection: { ...connection, statementTimeoutMs }, clock },
      });
      const signal = AbortSignal.any([stop.signal, ended]);
      const session = await reader.openSession({}, { signal });
      try {
        const generation = await reader.generation(session);
        if ("reason" in generation) return failed(generation.reason);
        return { value: await work(session, generation), problem: null };
      } finally {
        await session.end();
      }
    } catch (error) {
      if (ended.aborted) return failed("the job runner stops");
      const isLate = stop.signal.aborted;
      return failed(isLate ? `no answer within ${longestMs / 1000} s` : (error as Error).message);
    } finally {
      limit.cancel();
      giveBack();
    }
  }
}

function failed(problem: string): { readonly value: null; readonly problem: string } {
  return { value: null, problem };
}
