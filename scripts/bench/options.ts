import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";

/** The parts of the benchmark, in the order in which they are run. */
export const PARTS = [
  ...["core", "heap", "size"] as const,
  ...["path", "latency", "start", "databases", "held", "watching"] as const,
] as const;
export type Part = typeof PARTS[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly isJson: boolean;
  /** The figures become those of the README. */
  readonly isForReadme: boolean;
  /** Runs of each measurement; their median counts. */
  readonly rounds: number;
  /** The folder of the stock add-on `queue_job`, brought by whoever runs this, or null. */
  readonly stock: string | null;
  readonly python: string;
  /** What runs our own runner. */
  readonly runtime: Runtime;
  /** A folder for CPU profiles of our own runner, or null. */
  readonly profile: string | null;
}

const RUNTIMES = ["node", "deno"] as const;
export type Runtime = typeof RUNTIMES[number];

export const BENCH_HELP = `npm run bench -- [PART ...] [OPTIONS]

Parts: ${PARTS.join(", ")}; all unless named.
  --stock FOLDER   a checkout of the stock runner's add-on (the folder queue_job), to compare with
  --python FILE    the Python to run it with (python3)
  --runtime NAME   what runs our own runner: ${RUNTIMES.join(", ")} (as the benchmark)
  --profile FOLDER writes CPU profiles of our own runner, under Node
  --rounds N       runs of each measurement, whose median counts (3)
  --json           one line of JSON at the end
  --readme         writes the figures into README.md, in place of those that stand there
`;

/** @throws {RangeError} Wrong arguments, all of them. */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      readme: { type: "boolean" },
      rounds: { type: "string" },
      stock: { type: "string" },
      python: { type: "string" },
      runtime: { type: "string" },
      profile: { type: "string" },
    },
  });
  const mistakes: string[] = [];
  const unknown = positionals.filter((it) => !PARTS.some((part) => part === it));
  if (unknown.length > 0) mistakes.push(`${unknown.join(", ")}: wanted is ${PARTS.join(", ")}`);
  const rounds = Number(values.rounds ?? 3);
  if (!Number.isInteger(rounds) || rounds < 1) {
    mistakes.push(`--rounds="${values.rounds}": a number from 1 is wanted, as in 3`);
  }
  const stock = values.stock ?? null;
  if (stock !== null && !existsSync(join(stock, "jobrunner", "channels.py"))) {
    mistakes.push(`--stock="${stock}": a folder with jobrunner/channels.py is wanted`);
  }
  const own = "deno" in process.versions ? "deno" : "node";
  const runtime = RUNTIMES.find((it) => it === (values.runtime ?? own));
  if (runtime === undefined) {
    mistakes.push(`--runtime="${values.runtime}": wanted is ${RUNTIMES.join(", ")}`);
  }
  if (runtime === "deno" && values.profile !== undefined) {
    mistakes.push(
      `--profile="${values.profile}": only Node writes profiles, as with --runtime=node`,
    );
  }
  if (mistakes.length > 0) throw new RangeError(`Cannot use ${mistakes.join("; ")}`);
  const chosen = PARTS.filter((it) => positionals.includes(it));
  return {
    parts: chosen.length > 0 ? chosen : PARTS,
    isJson: values.json ?? false,
    isForReadme: values.readme ?? false,
    rounds,
    stock,
    python: values.python ?? "python3",
    runtime: runtime ?? own,
    profile: values.profile ?? null,
  };
}
