import process from "node:process";
import { capture } from "./command.ts";
import { IS_DENO } from "./project.ts";

/*
 * `npm run ok`: all checks, each the task of the same name; what fails does not stop the others.
 * With `--demo` the demo and twenty rounds of chaos are run as well, as in CI. Ends with the tests
 * of all runners as `N passed, N failed`; any other task that fails counts as one that failed.
 */

const TASKS: readonly (readonly string[])[] = [
  ["fmt", "--check"],
  ["lint"],
  ["check"],
  ["build"],
  ["tidy"],
  ["test"],
  ["test:doc"],
  ["check_dist"],
];
const DEMO = [["demo", "--exit", "--json"], ["chaos", "--rounds", "20", "--seed", "3"]];

interface Ended {
  readonly passed: number;
  readonly failed: number;
}

async function runTask(name: string, ...args: readonly string[]): Promise<Ended> {
  console.log(`\n== ${[name, ...args].join(" ")}`);
  const begin = performance.now();
  const [command, ...before] = IS_DENO
    ? [process.execPath, "task", "--quiet", name]
    : ["npm", "run", "--silent", name, "--"];
  const { code, stdout } = await capture(command, [...before, ...args], { isShown: true });
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`== ${name} ${code === 0 ? "is ok" : `FAILED (exit code ${code})`}, ${seconds} s`);
  const counts = /^(\d+) passed, (\d+) failed\s*$/m.exec(stdout.trim().split("\n").at(-1) ?? "");
  const failed = Number(counts?.[2] ?? 0);
  return { passed: Number(counts?.[1] ?? 0), failed: code === 0 ? failed : Math.max(failed, 1) };
}

const tasks = process.argv.includes("--demo") ? [...TASKS, ...DEMO] : TASKS;
let passed = 0;
let failed = 0;
const failedTasks: string[] = [];
for (const [name = "", ...args] of tasks) {
  const ended = await runTask(name, ...args);
  passed += ended.passed;
  failed += ended.failed;
  if (ended.failed > 0) failedTasks.push(name);
}
console.log(failedTasks.length > 0 ? `\nFailed: ${failedTasks.join(", ")}` : "");
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
