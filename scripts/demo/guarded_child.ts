import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import process from "node:process";

/** What to start, and what becomes of it when this process dies. */
export interface GuardedCommand {
  readonly command: readonly string[];
  /** Asks the child to end: sent by `stop()`, and by the guard when this process has died. */
  readonly stopSignal: "TERM" | "INT";
  /** How long the child may take to end before it is killed. */
  readonly graceMs: number;
  /** Removed by the guard once the child has ended. */
  readonly directory?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** User and group that run the child: only root may choose them. */
  readonly userId?: number;
  readonly onErrorLine: (line: string) => void;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Runs between this process and the child. Its standard input is a pipe that only this process
 * holds open, so that its end means: this process is gone, however it died. `$1` stop signal, `$2`
 * grace in seconds, `$3` directory to remove or nothing, then the command.
 */
const GUARD = `
signal=$1 grace=$2 directory=$3; shift 3
exec 3<&0
"$@" </dev/null 3<&- >&2 & child=$!
echo "$child"
(
  exec >/dev/null 2>&1
  read -r word <&3
  kill -s "$signal" "$child"
  while [ "$grace" -gt 0 ] && kill -0 "$child"; do sleep 1; grace=$((grace - 1)); done
  kill -s KILL "$child"
) & watcher=$!
wait "$child"; status=$?
kill "$watcher" 2>/dev/null
[ -n "$directory" ] && rm -rf "$directory"
exit "$status"
`;

/**
 * A child process that never outlives this one, not even when this one is killed. It runs in a
 * session of its own, so that Ctrl-C in a terminal reaches this process alone, which then stops it
 * in order.
 */
export class GuardedChild {
  /** The child itself, not its guard. */
  readonly processId: number;
  readonly exited: Promise<ChildExit>;
  readonly #guard: ChildProcess;
  readonly #command: GuardedCommand;

  private constructor(
    guard: ChildProcess,
    command: GuardedCommand,
    processId: number,
    exited: Promise<ChildExit>,
  ) {
    this.#guard = guard;
    this.#command = command;
    this.processId = processId;
    this.exited = exited;
  }

  /** @throws Error when the command cannot be started */
  static async start(command: GuardedCommand): Promise<GuardedChild> {
    const grace = String(Math.ceil(command.graceMs / 1000));
    const guard = spawn(
      "sh",
      [
        "-c",
        GUARD,
        "guard",
        command.stopSignal,
        grace,
        command.directory ?? "",
        ...command.command,
      ],
      {
        detached: true,
        stdio: ["pipe", "pipe", "pipe"],
        env: command.environment ?? process.env,
        ...(command.userId === undefined ? {} : { uid: command.userId, gid: command.userId }),
      },
    );
    const exited = new Promise<ChildExit>((resolve) => {
      guard.once("exit", (code, signal) => resolve({ code, signal }));
    });
    // A guard that is gone breaks its pipe; its exit says so already.
    guard.stdin?.on("error", () => undefined);
    readLines(guard.stderr, command.onErrorLine);
    return new GuardedChild(guard, command, await firstNumber(guard), exited);
  }

  /** Asks the child to end and waits until it has. May be called again. */
  async stop(): Promise<ChildExit> {
    this.#guard.stdin?.end();
    return await this.exited;
  }

  /** Ends the child at once, as an operator's `kill -9` does. */
  kill(): void {
    kill(this.processId);
  }

  toString(): string {
    return `${this.#command.command[0]} (${this.processId})`;
  }
}

/** Kills a process at once; answers whether it was still there. */
export function kill(processId: number): boolean {
  try {
    return process.kill(processId, "SIGKILL");
  } catch (error) {
    if (isNoSuchProcess(error)) return false;
    throw error;
  }
}

/** Whether a process with this id runs, as far as this user may know. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return !isNoSuchProcess(error);
  }
}

function isNoSuchProcess(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ESRCH";
}

function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on("line", onLine);
}

function firstNumber(guard: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    guard.once("error", (cause) => reject(new Error("Cannot start a child process", { cause })));
    guard.once("exit", (code) => reject(new Error(`Cannot start a child process: exit ${code}`)));
    readLines(guard.stdout, (line) => resolve(Number(line)));
  });
}
