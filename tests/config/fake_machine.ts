import type { Machine } from "../../src/config/machine.ts";
import { type Inspection, inspectSettings } from "../../src/config/settings.ts";
import type { Environment } from "../../src/config/sources.ts";

export interface Given {
  readonly argv?: readonly string[];
  readonly environment?: Environment;
  /** Files by path; `/home/odoo` is the home directory. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A machine that has just what a test gives it. */
export function fakeMachine({ argv = [], environment = {}, files = {} }: Given): Machine {
  return {
    argv,
    environment,
    readFile: (path) => Object.hasOwn(files, path) ? files[path]! : null,
    fileExists: (path) => Object.hasOwn(files, path),
    isReadableByAll: (path) => path.startsWith("/tmp/"),
    homeDirectory: "/home/odoo",
    userName: () => "os-user",
  };
}

export function inspect(given: Given): Inspection {
  return inspectSettings(fakeMachine(given));
}

/** The settings that a file gives, and what is said about it. */
export function inspectFile(text: string, given: Given = {}): Inspection {
  return inspect({ ...given, files: { ...given.files, "/home/odoo/.odoorc": text } });
}

/** The messages about what is wrong, as the reader gets them. */
export function mistakesOf(given: Given): string[] {
  return inspect(given).mistakes.map(({ entry, reason }) => `${entry}: ${reason}`);
}
