import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import process from "node:process";
import { PROJECT_FOLDER } from "./project.ts";

/** How a command is run. */
export interface CommandOptions {
  /** The project's folder unless given. */
  readonly cwd?: string;
  /** Beside what the environment has; undefined takes away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** For the command to read; nothing unless given. */
  readonly input?: string;
  /** Whether its output is shown as it comes, besides being kept. */
  readonly isShown?: boolean;
  /** After which it is killed. */
  readonly timeoutMs?: number;
}

/** How a command ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  /** Stdout and stderr as they came. */
  readonly output: string;
}

/** Runs a command to its end with its output shown; answers its exit code. */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}) {
  return await ended(start(command, args, options, ["ignore", "inherit", "inherit"]));
}

/** Runs a command to its end and answers what it wrote. */
export async function capture(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const stdin = options.input === undefined ? "ignore" : "pipe";
  const child = start(command, args, options, [stdin, "pipe", "pipe"]);
  let stdout = "";
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
    if (options.isShown) process.stdout.write(text);
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (options.isShown) process.stderr.write(text);
  });
  child.stdin?.end(options.input);
  return { code: await ended(child), stdout, output };
}

function start(
  command: string,
  args: readonly string[],
  options: CommandOptions,
  stdio: StdioOptions,
): ChildProcess {
  return spawn(command, args, {
    cwd: options.cwd ?? PROJECT_FOLDER,
    env: Object.fromEntries(
      Object.entries({ ...process.env, ...options.env }).filter(([, value]) => value !== undefined),
    ),
    stdio,
    ...(options.timeoutMs !== undefined && { timeout: options.timeoutMs, killSignal: "SIGKILL" }),
  });
}

/** Passes on the signals that would end us, so that no command outlives us. */
function ended(child: ChildProcess): Promise<number> {
  const signals = ["SIGTERM", "SIGINT"] as const;
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of signals) process.on(signal, passOn);
  return new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  }).finally(() => {
    for (const signal of signals) process.off(signal, passOn);
  });
}
