/**
 * Runs a TypeScript script of the project with Node, in this very process, so that signals and the
 * exit code are its own: `node scripts/run.mjs [--build] scripts/x.ts …`. With `--build` the
 * project is built first. A `.js` file is run as it is. Under Deno scripts are run directly.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, stop } from "esbuild";

const FOLDER = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Bundles what is ours; packages stay where they are. Answers the path of a file that Node can run.
 */
async function bundled(script) {
  const { outputFiles } = await build({
    absWorkingDir: FOLDER,
    entryPoints: [script],
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    sourcemap: "inline",
    write: false,
  });
  const folder = join(FOLDER, ".build", "scripts");
  const target = join(folder, basename(script).replace(/\.ts$/, ".mjs"));
  mkdirSync(folder, { recursive: true });
  // Another process may be about to run the same file: it sees the old one or the new one, whole.
  writeFileSync(`${target}.${process.pid}`, outputFiles[0].contents);
  renameSync(`${target}.${process.pid}`, target);
  return target;
}

async function run(script, args) {
  const path = script.endsWith(".ts") ? await bundled(script) : join(FOLDER, script);
  await stop();
  process.argv = [process.argv[0], path, ...args];
  await import(pathToFileURL(path).href);
}

process.setSourceMapsEnabled(true);
const [first, ...rest] = process.argv.slice(2);
if (first === "--build") {
  await run("scripts/build.ts", ["--quiet"]);
  await run(rest[0], rest.slice(1));
} else {
  await run(first, rest);
}
