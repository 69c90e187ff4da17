import type { Logger, LogLevel } from "../../src/log.ts";
import { until } from "./until.ts";

export interface LogLine {
  readonly level: LogLevel;
  readonly logger: string;
  readonly database: string;
  readonly text: string;
}

/** Keeps what is logged. */
export class LogLines {
  readonly all: LogLine[] = [];

  /** As a runner wants it. */
  readonly logger = (name: string): Logger => {
    const add = (level: LogLevel) => (text: string, database = "?") => {
      this.all.push({ level, logger: name, database, text });
    };
    return {
      debug: add("DEBUG"),
      info: add("INFO"),
      warning: add("WARNING"),
      error: add("ERROR"),
      critical: add("CRITICAL"),
      isEnabledFor: () => true,
    };
  };

  get texts(): string[] {
    return this.all.map((it) => it.text);
  }

  /** What asks for attention. */
  get complaints(): string[] {
    const serious = this.all.filter((it) => it.level !== "DEBUG" && it.level !== "INFO");
    return serious.map((it) => `${it.level} ${it.database}: ${it.text}`);
  }

  countOf(text: string): number {
    return this.texts.filter((it) => it.includes(text)).length;
  }

  /** Resolves when a line contains this text. */
  async until(text: string, count = 1): Promise<void> {
    try {
      await until(`the log says "${text}"`, () => this.countOf(text) >= count);
    } catch (error) {
      throw new Error(`${(error as Error).message}, but it says:\n${this.texts.join("\n")}`);
    }
  }
}
