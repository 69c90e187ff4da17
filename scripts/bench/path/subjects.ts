import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { denoBinary } from "../../deno_binary.ts";
import { type RunnerOptions, settingsFile } from "../../demo/demo_runner.ts";
import { withoutSettings } from "../../demo/host_command.ts";
import { pathOf } from "../../project.ts";
import type { BenchOptions } from "../options.ts";

/** What a runner is to do. */
export type Task = Pick<RunnerOptions, "server" | "databases" | "channels" | "odooPort">;

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
export const STOCK = "stock";

/** The runner as it is shipped, and the stock one when it is given. */
export function subjectsOf(options: BenchOptions): readonly Subject[] {
  return options.stock === null ? [ours(options)] : [ours(options), stock(options, options.stock)];
}

function ours({ runtime, profile }: BenchOptions): Subject {
  return {
    name: OURS,
    backends: "odoo_jobrunner",
    share: 1,
    command: async (task, folder) => {
      const file = join(folder, "odoo.conf");
      writeFileSync(file, settingsFile(task), { mode: 0o600 });
      const profiling = profile === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
      const command = runtime === "deno"
        ? [await denoBinary(), "run", "--allow-all"]
        : [process.execPath, ...profiling];
      return [...command, pathOf("dist/host.js"), "--config", file, "--health-port", "0"];
    },
    environment: () => withoutSettings(process.env),
  };
}

function stock({ python }: BenchOptions, addon: string): Subject {
  return {
    name: STOCK,
    backends: "bench_stock",
    share: 1 / 20,
    command: ({ databases, channels, odooPort }) => {
      const script = pathOf("scripts/bench/path/stock_runner.py");
      return Promise.resolve([
        ...[python, script, addon, String(odooPort), channels],
        ...databases,
      ]);
    },
    environment: ({ server }) => ({
      ...withoutSettings(process.env),
      ...server.environment(),
      PGAPPNAME: "bench_stock",
    }),
  };
}

/** A folder for the files of one process; whoever guards the process removes it. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "jobrunner-bench-"));
}
