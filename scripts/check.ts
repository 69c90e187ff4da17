import process from "node:process";
import { buildCore } from "./build/core.ts";
import { buildPage } from "./build/page.ts";
import { runDeno } from "./deno_binary.ts";

/* `npm run check`: the types of all sources, tests and scripts; asc checks those of assembly/. */

await buildCore(() => {});
await buildPage(() => {});
process.exitCode = await runDeno("check", "--quiet", ".", ...process.argv.slice(2));
