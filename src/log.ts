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
  critical(text: string, database?: string): void;
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
/** What is endless is cut. */
const TEXT_LENGTH_MAX = 16_384;
/** Control characters, line ends of Unicode, and those that change the direction of writing. */
const CONTROL = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * The log of the process, in the format of Odoo's: time in UTC, pid, level, database, logger, text.
 * Bounded and buffered, so that a slow reader of stderr costs lines and not time.
 */
export class Log {
  #levels: LogLevels;
  readonly #writer: LogWriter;
  readonly #nowMs: () => number;
  readonly #pid: number;
  /** The longer first: one may be the beginning of another. */
  #secrets: readonly string[] = [];
  /** Of the last line: when it was written, and how that is shown. */
  #timeMs = NaN;
  #timeText = "";

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
      critical: add("CRITICAL"),
      isEnabledFor: (level) => this.#levels.isEnabled(level, name),
    };
  }

  /** Other levels are in force for every later line. */
  setLevels(level: LogLevel, handlers: readonly string[]): void {
    this.#levels = new LogLevels(level, handlers);
  }

  /** Keeps a secret out of every later line, in whatever form it is passed on. */
  mask(secret: string): void {
    if (secret.length < SECRET_LENGTH_MIN) return;
    this.#secrets = [...new Set([...this.#secrets, ...formsOf(secret)])]
      .sort((a, b) => b.length - a.length);
  }

  /** Writes what is buffered; resolves when it is written. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  get droppedLines(): number {
    return this.#writer.droppedLines;
  }

  #line(level: LogLevel, name: string, text: string, database = "?"): string {
    const shown = text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
    return `${oneLine(`${this.#time()} ${this.#pid} ${level} ${database} ${name}: ${shown}`)}\n`;
  }

  /** Lines come by thousands in a second: many have one millisecond in common. */
  #time(): string {
    const nowMs = this.#nowMs();
    if (nowMs !== this.#timeMs) {
      const time = new Date(nowMs).toISOString().slice(0, -1);
      this.#timeMs = nowMs;
      this.#timeText = time.replace("T", " ").replace(".", ",");
    }
    return this.#timeText;
  }

  /** A database may be called like a password; its name stays readable. */
  #masked(text: string, database: string | undefined): string {
    if (!this.#secrets.some((it) => text.includes(it))) return text;
    const isInSecret = this.#secrets.some((it) =>
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

/** As it is, in a URL, in a form, and in the header of basic authentication. */
function formsOf(secret: string): string[] {
  const inForm = new URLSearchParams({ "": secret }).toString().slice(1);
  const base64 = Buffer.from(secret).toString("base64");
  return [secret, encodeURIComponent(secret), inForm, base64];
}

/**
 * What comes from outside must not end the line, forge another, or speak to the terminal of the
 * reader: control characters are shown as JSON writes them.
 */
function oneLine(text: string): string {
  return text.replace(CONTROL, (character) => {
    const escaped = ESCAPES[character];
    return escaped ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
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
