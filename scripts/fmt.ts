import process from "node:process";
import { formatAssembly } from "./checks/assembly_format.ts";
import { runDeno } from "./deno_binary.ts";

/* `npm run fmt`: formats all sources; with `--check` only says what is not formatted. */

const args = process.argv.slice(2);
const code = await runDeno("fmt", ...args);
const complaints = await formatAssembly({ isCheck: args.includes("--check") });
for (const complaint of complaints) console.error(complaint);
process.exitCode = code === 0 && complaints.length === 0 ? 0 : 1;
