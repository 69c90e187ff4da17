import process from "node:process";
import { Demo } from "./demo.ts";
import { readOptions, USAGE } from "./demo_options.ts";

/** Signals that come together are one: a terminal and npm both send Ctrl-C. */
const SAME_SIGNAL_MS = 500;

/** `npm run demo`, `deno task demo`: exit code 0 all went well, 1 not, 2 wrong options. */
async function main(argv: readonly string[]): Promise<number> {
  let options;
  try {
    options = readOptions(argv);
  } catch (error) {
    await write(process.stderr, `${textOf(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options === null) {
    await write(process.stdout, USAGE);
    return 0;
  }
  const lines = options.json ? process.stderr : process.stdout;
  const demo = new Demo(options, (line) => void lines.write(line + "\n"));
  // Whoever reads along has had enough.
  lines.on("error", () => demo.interrupt());
  let firstMs: number | null = null;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      firstMs ??= performance.now();
      if (performance.now() - firstMs > SAME_SIGNAL_MS) process.exit(1);
      demo.interrupt();
    });
  }
  try {
    const summary = await demo.run();
    await write(lines, "");
    if (options.json) await write(process.stdout, JSON.stringify(summary) + "\n");
    const isInterrupted = options.exit && summary.unfinished > 0;
    return summary.ok && !isInterrupted ? 0 : 1;
  } catch (error) {
    await write(process.stderr, `${textOf(error)}\n`);
    return 1;
  }
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => stream.write(text, () => resolve()));
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exit(await main(process.argv.slice(2)));
