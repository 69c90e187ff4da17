import process from "node:process";
import { buildBundles } from "./build/bundles.ts";
import { buildCore } from "./build/core.ts";
import { buildDeclarations } from "./build/declarations.ts";
import { filesBelow } from "./project.ts";
import { runUnderDeno } from "./testing/deno_runner.ts";
import { bundledForNode, nodeBinary, runUnderNode } from "./testing/node_runner.ts";
import { report, type Results, type Run, type RunOptions, total } from "./testing/results.ts";
import { withPostgres } from "./testing/shared_postgres.ts";

/*
 * `npm test`: builds, runs all tests under Deno and under Node at the same time (most of them wait
 * most of their time) and ends with one line `N passed, N failed`. Arguments are parts of the paths
 * of the test files to run; `--runtime=deno` and `--runtime=node` choose one, `--std` takes the
 * real @std from JSR (Deno only).
 */

const SHARES = 2;
const USAGE = "npm test -- [--runtime=deno|node] [--std] [PART_OF_PATH ...]";

async function main(args: readonly string[]): Promise<number> {
  const parts = args.filter((arg) => !arg.startsWith("--"));
  const options = args.filter((arg) => arg.startsWith("--"));
  const unknown = options.find((it) => !/^--(std|runtime=(deno|node))$/.test(it));
  if (unknown !== undefined) {
    console.error(`Cannot use "${unknown}": wanted is ${USAGE}`);
    return 2;
  }
  const usesStd = options.includes("--std");
  const all = filesBelow("tests", "_test.ts");
  const strange = parts.filter((part) => !all.some((it) => it.includes(part)));
  if (strange.length > 0) {
    const given = strange.map((part) => `"${part}"`).join(", ");
    console.error(`Cannot use ${given}: a part of a test file's path is wanted, as in ${all[0]}`);
    return 2;
  }
  const files = all.filter((it) => parts.length === 0 || parts.some((part) => it.includes(part)));
  await buildCore(() => {});
  await buildBundles(() => {});
  await buildDeclarations(() => {});

  const runs: Promise<Run>[] = [];
  if (!options.includes("--runtime=node")) {
    runs.push(...inShares(files, (own, place) => runUnderDeno(own, { usesStd, ...place })));
  }
  if (!options.includes("--runtime=deno") && !usesStd) {
    const node = await nodeBinary();
    if (node === null) console.log("node: not installed here, nothing was run with it");
    else {
      const { bundles, reporter } = await bundledForNode(files);
      runs.push(...inShares(bundles, (own, place) => {
        return runUnderNode(node, { bundles: own, reporter }, place);
      }));
    }
  }
  const results = await Promise.all(runs.map(async (run) => told(await run)));
  return summedUp(results);
}

/**
 * A runner goes through its files one by one, and most tests wait most of their time: two of each,
 * with a PostgreSQL and a folder of their own.
 */
function inShares(
  files: readonly string[],
  run: (share: readonly string[], place: RunOptions) => Promise<Run>,
): Promise<Run>[] {
  const count = files.length < 2 * SHARES ? 1 : SHARES;
  return Array.from({ length: count }, (_, share) => {
    const own = files.filter((_, index) => index % count === share);
    const folder = `.build/tests/share_${share}`;
    return withPostgres((environment) => run(own, { environment, folder }));
  });
}

function told(run: Run): Run {
  report(run);
  return run;
}

function summedUp(results: readonly Results[]): number {
  const sum = total(results);
  const idle = results.filter((it) => it.passed + it.failed === 0);
  for (const { runner } of idle) console.log(`${runner}: no test was run`);
  if (sum.skipped > 0) console.log(`${sum.skipped} skipped`);
  const failed = sum.failed + idle.length;
  console.log(`${sum.passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
