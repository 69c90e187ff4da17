import process from "node:process";
import { buildBundles } from "./build/bundles.ts";
import { buildCore } from "./build/core.ts";
import { buildDeclarations } from "./build/declarations.ts";
import { filesBelow } from "./project.ts";
import { runUnderDeno } from "./testing/deno_runner.ts";
import { bundledForNode, nodeBinary, runUnderNode } from "./testing/node_runner.ts";
import { report, type Run, together, total } from "./testing/results.ts";
import { type Batch, batchesOf, runInShares } from "./testing/shares.ts";

/*
 * `npm test`: builds, runs all tests under Deno and under Node and ends with one line `N passed, N
 * failed`. Arguments are parts of the paths of the test files to run; `--runtime=deno` and
 * `--runtime=node` choose one, `--std` takes the real @std from JSR (Deno only).
 */

/**
 * What costs much and is the same under both runtimes, as a browser or processes of the benchmark
 * run it: Node alone runs it, where there is one. What serves the page is tried in e2e/.
 */
const NODE_ALONE = ["tests/bench/", "tests/browser/"];
const USAGE = "npm test -- [--runtime=deno|node] [--std] [PART_OF_PATH ...]";

async function main(args: readonly string[]): Promise<number> {
  const parts = args.filter((arg) => !arg.startsWith("--"));
  const options = args.filter((arg) => arg.startsWith("--"));
  const unknown = options.find((it) => !/^--(std|runtime=(deno|node))$/.test(it));
  if (unknown !== undefined) {
    console.error(`Cannot use "${unknown}": wanted is ${USAGE}`);
    return 2;
  }
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

  return summedUp(await runInShares(await batchesFor(files, options)));
}

async function batchesFor(files: readonly string[], options: readonly string[]): Promise<Batch[]> {
  const usesStd = options.includes("--std");
  const mayUseNode = !options.includes("--runtime=deno") && !usesStd;
  const node = mayUseNode ? await nodeBinary() : null;
  if (mayUseNode && node === null) console.log("node: not installed here, nothing was run with it");
  const batches: Batch[] = [];
  if (!options.includes("--runtime=node")) {
    const isLeft = (file: string) => node !== null && NODE_ALONE.some((it) => file.startsWith(it));
    const own = files.filter((it) => !isLeft(it));
    const left = files.length - own.length;
    if (left > 0) console.log(`deno: leaves ${left} files of ${NODE_ALONE.join(" and ")} to node`);
    batches.push(...batchesOf(own, (some, place) => runUnderDeno(some, { usesStd, ...place })));
  }
  if (node !== null) {
    const { bundles, reporter } = await bundledForNode(files);
    batches.push(...batchesOf(bundles, (some, place) => {
      return runUnderNode(node, { bundles: some, reporter }, place);
    }));
  }
  return batches;
}

function summedUp(runs: readonly Run[]): number {
  const runners = [...new Set(runs.map((it) => it.runner))];
  const results = runners.map((it) => together(it, runs));
  for (const it of results) report(it);
  const sum = total(results);
  const idle = results.filter((it) => it.passed + it.failed === 0);
  for (const { runner } of idle) console.log(`${runner}: no test was run`);
  if (sum.skipped > 0) console.log(`${sum.skipped} skipped`);
  const failed = sum.failed + idle.length;
  console.log(`${sum.passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
