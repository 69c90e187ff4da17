import { mkdirSync, rmSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { capture } from "../command.ts";
import { denoBinary } from "../deno_binary.ts";
import { exists, pathOf, PROJECT_FOLDER, readText, writeGenerated } from "../project.ts";
import { readJunit } from "./junit.ts";
import { nothingRun, type Run, RUNNER_TIMEOUT_MS, type RunOptions } from "./results.ts";

/** `@std/*` from JSR. */
const STD_CONFIG = ".build/std/deno.json";
/** The package by the name that its users import. */
const DOC_CONFIG = ".build/doc/deno.json";

/**
 * The sanitizers are off in Deno unless asked for: with them leaked timers, files and children
 * fail.
 */
const SANITIZERS = ["--sanitize-ops", "--sanitize-resources"];

/** Runs test files under Deno. Their types are checked elsewhere. */
export async function runUnderDeno(
  files: readonly string[],
  options: RunOptions & { readonly usesStd?: boolean } = {},
): Promise<Run> {
  const runner = options.usesStd ? "deno with @std" : "deno";
  if (files.length === 0) return nothingRun(runner);
  const config = options.usesStd ? writeConfig(STD_CONFIG, denoManifest().imports) : "deno.json";
  const args = ["--no-check", ...SANITIZERS, "--config", config, ...files];
  return await runDenoTest(runner, args, options);
}

/** Runs the examples in the comments of files, types and all. */
export async function runDocTests(files: readonly string[]): Promise<Run> {
  const { exports } = denoManifest();
  const own = Object.entries(exports).map(([name, file]) => [
    `odoo-jobrunner${name.slice(1)}`,
    pathToFileURL(pathOf(file)).href,
  ]);
  const config = writeConfig(DOC_CONFIG, Object.fromEntries(own));
  return await runDenoTest("examples", ["--doc", "--config", config, ...files], {
    folder: ".build/doc",
  });
}

async function runDenoTest(
  runner: string,
  args: readonly string[],
  { folder = ".build/tests", environment }: RunOptions,
): Promise<Run> {
  const junit = `${folder}/deno.xml`;
  mkdirSync(pathOf(folder), { recursive: true });
  rmSync(pathOf(junit), { force: true });
  const begin = performance.now();
  const { code, output } = await capture(
    await denoBinary(),
    ["test", "--allow-all", `--junit-path=${junit}`, ...args],
    {
      env: { ...environment, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
      timeoutMs: RUNNER_TIMEOUT_MS,
    },
  );
  const counts = exists(junit) ? readJunit(readText(junit)) : { passed: 0, failed: 1, skipped: 0 };
  // A file that cannot be loaded is no test to the reporter.
  const failed = code !== 0 && counts.failed === 0 ? 1 : counts.failed;
  const seconds = (performance.now() - begin) / 1000;
  return { runner, ...counts, failed, output: failuresIn(output), seconds };
}

interface DenoManifest {
  readonly compilerOptions: object;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

function denoManifest(): DenoManifest {
  return JSON.parse(readText("deno.json")) as DenoManifest;
}

/** Writes a configuration like deno.json, with other imports and without the links to stand-ins. */
function writeConfig(file: string, imports: Readonly<Record<string, string>>): string {
  const { compilerOptions } = denoManifest();
  const config = { nodeModulesDir: "manual", lock: false, imports, compilerOptions };
  writeGenerated(file, JSON.stringify(config, null, 2));
  return file;
}

/** The part of Deno's report that tells of failures. */
function failuresIn(output: string): string {
  const start = output.indexOf("\n ERRORS \n");
  const end = output.indexOf("\n FAILURES \n");
  if (start >= 0) return output.slice(start, end < 0 ? undefined : end);
  return output.split("\n").slice(-200).join("\n").replaceAll(PROJECT_FOLDER, ".");
}
