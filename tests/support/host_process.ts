import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { projectFolder } from "../../scripts/demo/child_entry.ts";
import { type ChildExit, GuardedChild } from "../../scripts/demo/guarded_child.ts";
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

function hostCommand(mayWrite: boolean): string[] {
  const folder = projectFolder();
  if ("deno" in process.versions) {
    const rights = mayWrite
      ? ["--allow-all"]
      : ["--no-prompt", "--allow-net", "--allow-env", "--allow-read", "--allow-sys"];
    return [process.execPath, "run", ...rights, join(folder, "src", "host.ts")];
  }
  const host = join(folder, "dist", "host.js");
  if (!existsSync(host)) throw new Error(`Cannot start "${host}": run "npm run build" first`);
  return [process.execPath, ...(mayWrite ? [] : readOnlyNode()), host];
}

/** Neither files nor children; what it says of the option itself is none of ours. */
function readOnlyNode(): string[] {
  const isNamed = process.allowedNodeEnvironmentFlags.has("--permission");
  const permission = isNamed ? "--permission" : "--experimental-permission";
  const network = process.allowedNodeEnvironmentFlags.has("--allow-net") ? ["--allow-net"] : [];
  return [permission, ...network, "--allow-fs-read=*", "--disable-warning=ExperimentalWarning"];
}

/** Settings for someone's real Odoo may be around, and its file in the home directory. */
function withoutSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(environment).filter(([name, value]) => {
    return value !== undefined && !/^(ODOO|OPENERP|PG|NODE_)/.test(name);
  });
  return { ...Object.fromEntries(kept) as Record<string, string>, HOME: "/nowhere" };
}
