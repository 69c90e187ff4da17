import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { childCommand } from "../../demo/child_entry.ts";
import { PROJECT_FOLDER } from "../../project.ts";
import type { BenchOptions } from "../options.ts";
import type { Subject } from "./player.ts";
import type { Play, Scenario } from "./scenarios.ts";

/**
 * A scheduler in a process of its own that plays a scenario whenever it is asked: what the others
 * leave behind, in the memory and in the compiler's knowledge of them, is not its burden. It plays
 * with the memory it has played with before, as in a process that has been up for long.
 */
export class PlayingProcess {
  readonly #child: ChildProcess;
  readonly #plays: AsyncIterator<string>;
  readonly #command: string;
  #errors = "";

  private constructor([program, ...args]: readonly string[]) {
    this.#command = [program, ...args].join(" ");
    this.#child = spawn(program!, args, { cwd: PROJECT_FOLDER, stdio: "pipe" });
    this.#child.on("error", (error) => this.#errors += error.message);
    // What it could not read it will not answer.
    this.#child.stdin!.on("error", () => {});
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => this.#errors += text);
    const lines = createInterface({ input: this.#child.stdout! });
    this.#plays = lines[Symbol.asyncIterator]();
  }

  /** Of ours, or of plain TypeScript. */
  static async ofSubject(subject: Subject, scenario: Scenario): Promise<PlayingProcess> {
    const command = await childCommand("scripts/bench/core/player_process.ts");
    return new PlayingProcess([...command, subject.name, scenario.name]);
  }

  /** Of the stock runner's scheduler, in a Python, from a checkout that someone brought. */
  static ofStock(scenario: Scenario, { stock, python }: BenchOptions): PlayingProcess {
    const script = "scripts/bench/core/stock_player.py";
    return new PlayingProcess([python, script, stock!, ...scenario.stock]);
  }

  /** Of a program that prints a Play for every line it reads. */
  static ofProgram(command: readonly string[]): PlayingProcess {
    return new PlayingProcess(command);
  }

  /** @throws {Error} When it cannot play. */
  async play(): Promise<Play> {
    this.#child.stdin!.write("\n");
    const { value, done } = await this.#plays.next();
    if (done) throw new Error(`Cannot play with ${this.#command}: ${this.#errors}`);
    return JSON.parse(value);
  }

  stop(): void {
    this.#child.stdin!.end();
  }
}
