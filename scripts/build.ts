import process from "node:process";
import { buildBundles } from "./build/bundles.ts";
import { buildCore } from "./build/core.ts";
import { buildDeclarations } from "./build/declarations.ts";

/*
 * `npm run build`: assembly/ becomes dist/scheduler.wasm and src/scheduler/core_wasm.ts, src/
 * becomes dist/host.js and dist/scheduler/. What has not changed is not made again. `--core` stops
 * after the first.
 */

const options = process.argv.slice(2);
const say = options.includes("--quiet") ? () => {} : (line: string) => console.log(line);

await buildCore(say);
if (!options.includes("--core")) {
  await buildBundles(say);
  await buildDeclarations(say);
}
