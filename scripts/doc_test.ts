import process from "node:process";
import { buildCore } from "./build/core.ts";
import { runDocTests } from "./testing/deno_runner.ts";
import { report } from "./testing/results.ts";

/* `npm run test:doc`: runs the examples in the comments of the embeddable scheduler. */

await buildCore(() => {});
const run = await runDocTests(["src/scheduler/mod.ts", "src/scheduler/slim.ts"]);
report(run);
const isOk = run.failed === 0 && run.passed > 0;
if (run.passed + run.failed === 0) console.log(`${run.runner}: no example was run`);
console.log(`${run.passed} passed, ${run.failed} failed`);
process.exitCode = isOk ? 0 : 1;
