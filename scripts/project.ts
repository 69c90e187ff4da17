import { Buffer } from "node:buffer";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The folder of package.json, whether this runs from its source or bundled. */
export const PROJECT_FOLDER: string = projectFolder();

/** Whether this runs under Deno, where all that is needed must go without Node. */
export const IS_DENO: boolean = "deno" in process.versions;

function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** An absolute path from one as in `src/host.ts`. */
export function pathOf(file: string): string {
  return join(PROJECT_FOLDER, file);
}

export function readText(file: string): string {
  return readFileSync(pathOf(file), "utf8");
}

export function exists(file: string): boolean {
  return existsSync(pathOf(file));
}

/**
 * All files below a folder of the project that end as `ending` says, as `src/host.ts`, in order.
 */
export function filesBelow(folder: string, ending: string): string[] {
  if (!exists(folder)) return [];
  return readdirSync(pathOf(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(PROJECT_FOLDER, join(entry.parentPath, entry.name)))
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

/**
 * Writes a generated file unless it is as it should be. Processes that read it meanwhile see it
 * whole.
 */
export function writeGenerated(file: string, contents: string | Uint8Array): void {
  const path = pathOf(file);
  const bytes = Buffer.from(contents);
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, bytes);
  renameSync(`${path}.${process.pid}`, path);
}
