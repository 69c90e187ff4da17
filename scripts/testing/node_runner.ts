import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { capture } from "../command.ts";
import { IS_DENO, pathOf } from "../project.ts";
import { bundleReporter, bundleTests } from "./bundle_tests.ts";
import {
  nothingRun,
  type Results,
  type Run,
  RUNNER_TIMEOUT_MS,
  type RunOptions,
} from "./results.ts";

const TEST_TIMEOUT_MS = 240_000;
/** What the reporter's last line begins with. */
const RESULT_MARK = "RESULT ";

/** The path of the Node we run on, else of the one installed here, or null. */
export async function nodeBinary(): Promise<string | null> {
  if (!IS_DENO) return process.execPath;
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, "node");
    // Deno puts a `node` of its own, which is Deno, in front of the others.
    if (folder !== "" && existsSync(path) && await isNode(path)) return path;
  }
  return null;
}

async function isNode(path: string): Promise<boolean> {
  const { stdout } = await capture(path, ["--print", `"deno" in process.versions`]);
  return stdout.trim() === "false";
}

/** Test files as Node can run them, with what reports on them. */
export interface NodeTests {
  readonly bundles: readonly string[];
  readonly reporter: string;
}

/** Node cannot read TypeScript: each test file is bundled with what it imports of ours. */
export async function bundledForNode(
  files: readonly string[],
  { folder = ".build/tests" }: RunOptions = {},
): Promise<NodeTests> {
  const bundles = await bundleTests(files, `${folder}/node`);
  return { bundles, reporter: await bundleReporter(folder) };
}

/** Runs test files under Node, one after the other. */
export async function runUnderNode(
  node: string,
  { bundles, reporter }: NodeTests,
  options: RunOptions = {},
): Promise<Run> {
  const runner = "node";
  if (bundles.length === 0) return nothingRun(runner);
  const begin = performance.now();
  const { code, output, stdout } = await capture(
    node,
    [
      "--enable-source-maps",
      "--test",
      `--test-timeout=${TEST_TIMEOUT_MS}`,
      "--test-concurrency=1",
      `--test-reporter=${pathOf(reporter)}`,
      "--test-reporter-destination=stdout",
      ...bundles,
    ],
    {
      // Set for a test that runs this: Node would take our tests for its own and skip them.
      env: { ...options.environment, NO_COLOR: "1", NODE_TEST_CONTEXT: undefined },
      timeoutMs: RUNNER_TIMEOUT_MS,
    },
  );
  const [text = "", json] = stdout.split(RESULT_MARK);
  const counts = json === undefined
    ? { passed: 0, failed: 1, skipped: 0 }
    : JSON.parse(json) as Omit<Results, "runner">;
  const failed = code !== 0 && counts.failed === 0 ? 1 : counts.failed;
  const shown = counts.failed > 0 ? text : output;
  const seconds = (performance.now() - begin) / 1000;
  return { runner, ...counts, failed, output: shown, seconds };
}
