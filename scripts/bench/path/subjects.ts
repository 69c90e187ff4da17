import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { denoBinary } from "../../deno_binary.ts";
import { bundled } from "../../demo/child_entry.ts";
import { type RunnerOptions, settingsFile } from "../../demo/demo_runner.ts";
import { withoutSettings } from "../../demo/host_command.ts";
import { pathOf } from "../../project.ts";
import { nodeBinary } from "../../testing/node_runner.ts";
import type { BenchOptions } from "../options.ts";
import { LINES_PORT } from "./job_lines.ts";

/** What a runner is to do. */
export interface Task extends Pick<RunnerOptions, "server" | "databases" | "odooPort"> {
  /** Of `root`. */
  readonly capacity: number;
  /** Names of channels below it, which ours has beside it. */
  readonly channels: readonly string[];
  /** Where it asks for jobs by lines instead of HTTP, or null. */
  readonly linesPort: number | null;
}

/** A runner that is measured. */
export interface Subject {
  readonly name: string;
  /** `application_name` of its backends begins so. */
  readonly backends: string;
  /** How many jobs it is given where ours gets 1. */
  readonly share: number;
  /** The command that starts it; its files are in `folder`. */
  command(task: Task, folder: string): Promise<readonly string[]>;
  environment(task: Task): NodeJS.ProcessEnv;
}

export const OURS = "runner";
export const CLAIM_LOOP = "claim loop";
export const STOCK = "stock";

type Choice = Pick<BenchOptions, "runtime" | "profile" | "stock" | "python">;

/** The runner as it is shipped, and the stock one when it is given. */
export function subjectsOf(options: Choice): readonly Subject[] {
  return options.stock === null ? [ours(options)] : [ours(options), stock(options, options.stock)];
}

/** The same, and what no dispatcher can be faster than. */
export function subjectsAndLimit(options: Choice): readonly Subject[] {
  return [...subjectsOf(options), claimLoop(options)];
}

function ours(options: Choice): Subject {
  return {
    name: OURS,
    backends: "odoo_jobrunner",
    share: 1,
    command: async (task, folder) => {
      const file = join(folder, "odoo.conf");
      const channels = [`root:${task.capacity}`, ...task.channels.map((it) => `${it}:2`)].join();
      writeFileSync(file, settingsFile({ ...task, channels }), { mode: 0o600 });
      const host = task.linesPort === null
        ? pathOf("dist/host.js")
        : await runnable("scripts/bench/path/runner_without_http.ts", options);
      const settings = ["--config", file, "--health-port", "0"];
      return [...await runtimeCommand(options), host, ...settings];
    },
    environment: ({ linesPort }) => ({
      ...withoutSettings(process.env),
      ...(linesPort === null ? {} : { [LINES_PORT]: String(linesPort) }),
    }),
  };
}

/** On the runtime of the runner, without its profile. */
function claimLoop({ runtime }: Choice): Subject {
  return {
    name: CLAIM_LOOP,
    backends: "bench_loop",
    share: 1,
    command: async ({ databases, capacity, odooPort, linesPort }) => [
      ...await runtimeCommand({ runtime, profile: null }),
      await runnable("scripts/bench/path/claim_loop.ts", { runtime }),
      ...[databases[0]!, String(capacity), String(odooPort)],
      ...(linesPort === null ? [] : [String(linesPort)]),
    ],
    environment: ({ server }) => ({ ...withoutSettings(process.env), ...server.environment() }),
  };
}

function stock({ python }: Choice, addon: string): Subject {
  return {
    name: STOCK,
    backends: "bench_stock",
    share: 1 / 20,
    command: ({ databases, capacity, odooPort, linesPort }) => {
      const script = pathOf("scripts/bench/path/stock_runner.py");
      const ports = [String(odooPort), String(linesPort ?? 0)];
      return Promise.resolve([python, script, addon, ...ports, `root:${capacity}`, ...databases]);
    },
    environment: ({ server }) => ({
      ...withoutSettings(process.env),
      ...server.environment(),
      PGAPPNAME: "bench_stock",
    }),
  };
}

/** A script of the project, as the runtime can run it. */
async function runnable(source: string, { runtime }: Pick<Choice, "runtime">): Promise<string> {
  return runtime === "deno" ? pathOf(source) : await bundled(source);
}

async function runtimeCommand(
  { runtime, profile }: Pick<Choice, "runtime" | "profile">,
): Promise<string[]> {
  if (runtime === "deno") return [await denoBinary(), "run", "--allow-all"];
  const node = await nodeBinary();
  if (node === null) throw new Error("Cannot run the runner with node: it is not installed here");
  return [node, ...(profile === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`])];
}

/** A folder for the files of one process; whoever guards the process removes it. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "jobrunner-bench-"));
}
