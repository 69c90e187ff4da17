import process from "node:process";
import { type ChildExit, GuardedChild } from "../../scripts/demo/guarded_child.ts";
import { hostCommand, withoutSettings } from "../../scripts/demo/host_command.ts";
import { until } from "./until.ts";

/** The process that an administrator starts, on the runtime that the tests run on. */
export class HostProcess {
  /** What it has written. */
  readonly lines: string[];
  readonly #child: GuardedChild;

  private constructor(child: GuardedChild, lines: string[]) {
    this.#child = child;
    this.lines = lines;
  }

  static async start(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    options: { readonly mayWrite?: boolean } = {},
  ): Promise<HostProcess> {
    const lines: string[] = [];
    const child = await GuardedChild.start({
      command: [...hostCommand(options.mayWrite ?? true), ...args],
      stopSignal: "TERM",
      graceMs: 20_000,
      environment: { ...withoutSettings(process.env), ...environment },
      onErrorLine: (line) => lines.push(line),
    });
    return new HostProcess(child, lines);
  }

  get processId(): number {
    return this.#child.processId;
  }

  signal(signal: "SIGTERM" | "SIGINT" | "SIGKILL" | "SIGHUP"): void {
    process.kill(this.processId, signal);
  }

  /** Its exit code, once it has ended by itself. */
  get exited(): Promise<ChildExit> {
    return this.#child.exited;
  }

  /** SIGTERM, unless it has ended already. */
  stop(): Promise<ChildExit> {
    return this.#child.stop();
  }

  /** Resolves with the first line that matches. */
  async untilLine(wanted: RegExp): Promise<RegExpExecArray> {
    try {
      return await until(`it writes ${wanted}`, () => {
        for (const line of this.lines) {
          const match = wanted.exec(line);
          if (match) return match;
        }
        return null;
      });
    } catch (error) {
      throw new Error(`${(error as Error).message}, but it says:\n${this.lines.join("\n")}`);
    }
  }
}
