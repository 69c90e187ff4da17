import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import process from "node:process";
import { withoutSettings } from "../../scripts/demo/host_command.ts";
import { until } from "./until.ts";

export interface PseudoTerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What makes a text other than it reads: colours, places, modes. */
// deno-lint-ignore no-control-regex
const CODES = /\u001b\[[\d;?]*[A-Za-z]/g;
const HOME = "\u001b[H";

/** A command in a terminal of its own, made by `script` of util-linux, which every Debian has. */
export class PseudoTerminal {
  /** All that came, codes included. */
  output = "";
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  #device = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout!.setEncoding("utf8").on("data", (text: string) => this.output += text);
    this.exited = new Promise((resolve) => child.once("close", resolve));
  }

  static async start(
    command: readonly string[],
    { columns = 80, rows = 24, environment = {} }: PseudoTerminalOptions = {},
  ): Promise<PseudoTerminal> {
    const quoted = command.map((it) => `'${it.replaceAll("'", `'\\''`)}'`).join(" ");
    const shell = `stty cols ${columns} rows ${rows}; tty; exec ${quoted}`;
    const child = spawn("script", ["-q", "-f", "-e", "-c", shell, "/dev/null"], {
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        ...withoutSettings(process.env),
        ...{ TERM: "xterm", LANG: "C.UTF-8", LC_ALL: "", NO_COLOR: "", SHELL: "/bin/sh" },
        ...environment,
      },
    });
    const terminal = new PseudoTerminal(child);
    const [line, device] = await terminal.until(/(\/dev\/\S+)\r?\n/);
    terminal.#device = device!;
    terminal.output = terminal.output.slice(terminal.output.indexOf(line) + line.length);
    return terminal;
  }

  /** As at the keyboard. */
  type(keys: string): void {
    this.#child.stdin!.write(keys);
  }

  /** As when somebody pulls at its corner. */
  resize(columns: number, rows: number): void {
    execFileSync("stty", ["-F", this.#device, "cols", `${columns}`, "rows", `${rows}`]);
  }

  /** All that came, as people read it. */
  get text(): string {
    return textOf(this.output);
  }

  /** The last screen that was drawn whole. */
  get screen(): string[] {
    return textOf(this.output.split(HOME).at(-1)!).split("\n");
  }

  /** Resolves when something has come that matches. */
  async until(wanted: RegExp): Promise<RegExpExecArray> {
    return await this.#until(`${wanted}`, () => wanted.exec(this.output));
  }

  async untilScreen(what: string, isSo: (lines: readonly string[]) => boolean): Promise<void> {
    await this.#until(what, () => isSo(this.screen));
  }

  async #until<T>(what: string, ask: () => T): Promise<Exclude<T, false | null | undefined>> {
    try {
      return await until(`the terminal has ${what}`, ask, 30_000);
    } catch (error) {
      throw new Error(`${(error as Error).message}, but: ${JSON.stringify(this.output)}`);
    }
  }

  /** Hangs up; whoever is in it ends. */
  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    this.#child.stdin!.destroy();
    await this.exited;
  }
}

function textOf(output: string): string {
  return output.replace(CODES, "").replace(/\r+\n/g, "\n");
}
