import { Buffer } from "node:buffer";
import process from "node:process";
import { type LogLevel, LogLevels } from "./log_level.ts";
import { LogWriter, type WriteChunk } from "./log_writer.ts";

export type { LogLevel } from "./log_level.ts";

/** The loggers whose names log shippers know: of queue_job, and of connector (8.0, 9.0). */
export const QUEUE_JOB_LOGGER = "odoo.addons.queue_job.jobrunner.runner";
export const CONNECTOR_LOGGER = "openerp.addons.connector.jobrunner.runner";

/** Writes lines under one name. The database stands in its own column. */
export interface Logger {
  debug(text: string, database?: string): void;
  info(text: string, database?: string): void;
  warning(text: string, database?: string): void;
  error(text: string, database?: string): void;
  isEnabledFor(level: LogLevel): boolean;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** `NAME:LEVEL`, as in Odoo. */
  readonly handlers: readonly string[];
  readonly nowMs: () => number;
  readonly pid: number;
  readonly write: WriteChunk;
  readonly maxBufferedBytes?: number;
}

const MASK = "********";
/** A shorter secret would blacken half the log, and show by that what it is. */
const SECRET_LENGTH_MIN = 5;

/**
 * The log of the process, in the format of Odoo's: time in UTC, pid, level, database, logger, text.
 * Bounded and buffered, so that a slow reader of stderr costs lines and not time.
 */
export class Log {
  readonly #levels: LogLevels;
  readonly #writer: LogWriter;
  readonly #nowMs: () => number;
  readonly #pid: number;
  readonly #secrets = new Set<string>();

  constructor(options: LogOptions) {
    this.#levels = new LogLevels(options.level, options.handlers);
    this.#nowMs = options.nowMs;
    this.#pid = options.pid;
    const maxBytes = options.maxBufferedBytes ?? 4 * 1024 * 1024;
    this.#writer = new LogWriter(options.write, maxBytes, (lines) => {
      return this.#line("WARNING", QUEUE_JOB_LOGGER, `log lines dropped: ${lines}`);
    });
  }

  logger(name: string): Logger {
    const add = (level: LogLevel) => (text: string, database?: string) => {
      if (!this.#levels.isEnabled(level, name)) return;
      this.#writer.add(this.#line(level, name, this.#masked(text, database), database));
    };
    return {
      debug: add("DEBUG"),
      info: add("INFO"),
      warning: add("WARNING"),
      error: add("ERROR"),
      isEnabledFor: (level) => this.#levels.isEnabled(level, name),
    };
  }

  /** Keeps a secret out of every later line. */
  mask(secret: string): void {
    if (secret.length < SECRET_LENGTH_MIN) return;
    this.#secrets.add(secret).add(encodeURIComponent(secret));
  }

  /** Writes what is buffered; resolves when it is written. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  get droppedLines(): number {
    return this.#writer.droppedLines;
  }

  #line(level: LogLevel, name: string, text: string, database = "?"): string {
    const time = new Date(this.#nowMs()).toISOString().slice(0, -1).replace("T", " ");
    return `${time.replace(".", ",")} ${this.#pid} ${level} ${database} ${name}: ${text}\n`;
  }

  /** A database may be called like a password; its name stays readable. */
  #masked(text: string, database: string | undefined): string {
    if (this.#secrets.size === 0) return text;
    const isInSecret = [...this.#secrets].some((it) =>
      database && it.includes(database) && it !== database
    );
    const parts = database && !isInSecret ? text.split(database) : [text];
    const mask = (part: string) => {
      for (const secret of this.#secrets) part = part.replaceAll(secret, MASK);
      return part;
    };
    return parts.map(mask).join(database ?? "");
  }
}

interface DenoStderr {
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes to stderr; resolves when the reader has taken it. */
export async function writeToStderr(chunk: string): Promise<void> {
  const { Deno: deno } = globalThis as { Deno?: { stderr: DenoStderr } };
  if (deno === undefined) return await writeToNodeStderr(chunk);
  // Deno's process.stderr waits for a slow reader and stops everything; its own stderr does not.
  let bytes: Uint8Array = Buffer.from(chunk);
  while (bytes.length > 0) bytes = bytes.subarray(await deno.stderr.write(bytes));
}

function writeToNodeStderr(chunk: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stderr.write(chunk, (error) => error ? reject(error) : resolve());
  });
}
