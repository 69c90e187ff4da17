const SEVERITY = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 } as const;

export type LogLevel = keyof typeof SEVERITY;

export const LOG_LEVELS = Object.keys(SEVERITY) as readonly LogLevel[];

/** Python's and Odoo's other words for a level. */
const ALSO: Readonly<Record<string, LogLevel>> = {
  WARN: "WARNING",
  FATAL: "CRITICAL",
  NOTSET: "INFO",
  TEST: "INFO",
  RUNBOT: "INFO",
  DEBUG_SQL: "DEBUG",
  DEBUG_RPC: "DEBUG",
  DEBUG_RPC_ANSWER: "DEBUG",
};

/** The level that a word of Odoo's `log_level` or `log_handler` means; null when it means none. */
export function readLogLevel(text: string): LogLevel | null {
  const word = text.trim().toUpperCase();
  return LOG_LEVELS.find((level) => level === word) ?? ALSO[word] ?? null;
}

/** Reads `NAME:LEVEL`, as Odoo's `--log-handler` has it; an empty name is the root logger. */
export function readLogHandler(text: string): { name: string; level: LogLevel } | null {
  const [name = "", word, ...rest] = text.trim().split(":");
  const level = readLogLevel(word ?? "");
  return level === null || rest.length > 0 ? null : { name: name.trim(), level };
}

/**
 * Which level holds for which logger: that of its longest configured prefix, the last one given.
 */
export class LogLevels {
  readonly #levelOf = new Map<string, LogLevel>();

  /**
   * As in Odoo, `level` holds for Odoo's own loggers, unless it is the usual INFO: that leaves them
   * to the root logger, so that the handler `:DEBUG` reaches them.
   */
  constructor(level: LogLevel, handlers: readonly string[]) {
    for (const name of level === "INFO" ? [""] : ["", "odoo", "openerp"]) {
      this.#levelOf.set(name, level);
    }
    for (const text of handlers) {
      const handler = readLogHandler(text);
      if (handler === null) throw new RangeError(`Cannot use the log handler "${text}"`);
      this.#levelOf.set(handler.name, handler.level);
    }
  }

  isEnabled(level: LogLevel, loggerName: string): boolean {
    return SEVERITY[level] >= SEVERITY[this.#levelFor(loggerName)];
  }

  #levelFor(loggerName: string): LogLevel {
    for (
      let name = loggerName;
      name !== "";
      name = name.slice(0, Math.max(name.lastIndexOf("."), 0))
    ) {
      const level = this.#levelOf.get(name);
      if (level !== undefined) return level;
    }
    return this.#levelOf.get("") ?? "INFO";
  }
}
