import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The folder of package.json, whether this runs from its source or bundled. */
export function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/**
 * The command that runs a TypeScript file of the project as a process of its own, on the runtime we
 * run on. Node 20 cannot run TypeScript: there the file is bundled first.
 *
 * @param source as in `scripts/demo/stand_in_worker.ts`
 */
export async function childCommand(source: string): Promise<string[]> {
  if ("deno" in process.versions) {
    return [process.execPath, "run", "--allow-all", join(projectFolder(), source)];
  }
  return [process.execPath, await bundled(source)];
}

/** Bundles a TypeScript file of the project for Node; answers where it is. */
export async function bundled(source: string): Promise<string> {
  const path = join(projectFolder(), source);
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    write: false,
  });
  const folder = join(projectFolder(), ".build");
  const target = join(folder, basename(path).replace(/\.ts$/, ".mjs"));
  mkdirSync(folder, { recursive: true });
  // Another process may be about to run the same file: it sees the old one or the new one, whole.
  const fresh = `${target}.${process.pid}`;
  writeFileSync(fresh, outputFiles[0]?.contents ?? "");
  renameSync(fresh, target);
  return target;
}
