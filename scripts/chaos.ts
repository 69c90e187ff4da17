import process from "node:process";
import { Chaos } from "./chaos/chaos.ts";
import { readOptions, USAGE } from "./chaos/chaos_options.ts";

/** `npm run chaos`, `deno task chaos`: exit code 0 all went well, 1 not, 2 wrong options. */
async function main(argv: readonly string[]): Promise<number> {
  let options;
  try {
    options = readOptions(argv);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  const report = await new Chaos(options, (line) => console.log(line)).run();
  console.log(report.json());
  return report.isOk ? 0 : 1;
}

// Node may wait for ever for what belongs to processes that were killed.
process.exit(await main(process.argv.slice(2)));
