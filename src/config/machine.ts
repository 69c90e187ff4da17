import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import process from "node:process";
import type { Environment } from "./sources.ts";

/** What settings are made of, outside the program. */
export interface Machine {
  readonly argv: readonly string[];
  readonly environment: Environment;
  /** The text of a file, null when there is none; throws when it cannot be read. */
  readonly readFile: (path: string) => string | null;
  readonly fileExists: (path: string) => boolean;
  /** Every user of the machine may read it. */
  readonly isReadableByAll: (path: string) => boolean;
  readonly homeDirectory: string;
  readonly userName: () => string;
}

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  const environment = process.env;
  return {
    argv: process.argv.slice(2),
    environment,
    readFile: (path) => existsSync(path) ? readFileSync(path, "utf8") : null,
    fileExists: existsSync,
    // Windows has no such bits, and says all of them.
    isReadableByAll: (path) => process.platform !== "win32" && (statSync(path).mode & 0o004) !== 0,
    homeDirectory: environment["HOME"] ?? homedir(),
    userName: () => userName(environment),
  };
}

/**
 * libpq asks the operating system; where that is not allowed or not known, the environment may
 * know.
 */
function userName(environment: Environment): string {
  try {
    return userInfo().username;
  } catch (error) {
    const name = environment["USER"] ?? environment["LOGNAME"];
    if (name !== undefined) return name;
    throw new RangeError("the user of the operating system is not known", { cause: error });
  }
}
