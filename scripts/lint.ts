import process from "node:process";
import { runDeno } from "./deno_binary.ts";

/*
 * `npm run lint`: Deno's linter. assembly/ is AssemblyScript, which it does not know: asc checks
 * that.
 */

process.exitCode = await runDeno("lint", "--quiet", ...process.argv.slice(2));
