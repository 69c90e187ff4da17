import { setTimeout as realDelay } from "node:timers/promises";
import { BLOCK_ROUNDS, type PlannedFault, type Round } from "./chaos_plan.ts";
import type { ChaosReport } from "./chaos_report.ts";
import type { ChaosSystem } from "./chaos_system.ts";
import type { FaultKind } from "./faults/fault_kind.ts";

export interface ChaosRoundsOptions {
  readonly system: ChaosSystem;
  readonly kinds: readonly FaultKind[];
  readonly jobsPerRound: number;
  readonly report: Pick<ChaosReport, "count" | "endBlock">;
  readonly say: (text: string) => void;
  /** Between two blocks: faults keep jobs waiting, and not more and more of them are to. */
  readonly untilJobsOver: () => Promise<unknown>;
  readonly delay?: (ms: number) => Promise<unknown>;
}

const BETWEEN_MS = 700;
/** No round waits longer for its faults: those that go on meet the faults of the next rounds. */
const ROUND_MS = 3_000;
/** A fault that hits nothing is tried again. */
const TRIES = 3;

/** Plays the rounds of a plan: new jobs, and faults while they run. */
export class ChaosRounds {
  readonly #options: ChaosRoundsOptions;
  readonly #delay: (ms: number) => Promise<unknown>;
  /** What touches the same waits for each other. */
  readonly #busy = new Map<FaultKind["touches"], Promise<void>>();
  /** Faults that go on. */
  #open: Promise<unknown>[] = [];
  /** Faults that hit nothing so far. */
  #owed: PlannedFault[] = [];

  constructor(options: ChaosRoundsOptions) {
    this.#options = options;
    this.#delay = options.delay ?? realDelay;
  }

  async play(plan: readonly Round[]): Promise<void> {
    for (let first = 0; first < plan.length; first += BLOCK_ROUNDS) {
      if (first > 0) await this.#options.untilJobsOver();
      const block = plan.slice(first, first + BLOCK_ROUNDS);
      for (const [index, round] of block.entries()) {
        await this.#play(first + index + 1, [...round, ...this.#owed.splice(0, 1)]);
      }
      await this.#untilOver();
      const last = first + block.length;
      // Each kind is to have hit something in a whole block.
      if (this.#owed.length > 0) await this.#play(last, this.#owed.splice(0));
      await this.#untilOver();
      this.#owed = [];
      this.#options.report.endBlock(this.#options.kinds.map(({ name }) => name), block.length);
    }
  }

  async #play(number: number, round: Round): Promise<void> {
    const { system, jobsPerRound } = this.#options;
    const half = Math.ceil(jobsPerRound / 2);
    await system.addJobs(half);
    const faults = Promise.all(round.map((fault) => this.#make(number, fault)));
    // What goes wrong after the round is thrown at the end of the block.
    faults.catch(() => {});
    this.#open.push(faults);
    await Promise.all([
      this.#delay(BETWEEN_MS).then(() => system.addJobs(jobsPerRound - half)),
      Promise.race([faults, this.#delay(ROUND_MS)]),
    ]);
    await this.#delay(BETWEEN_MS);
  }

  async #make(number: number, fault: PlannedFault): Promise<void> {
    const { report, say } = this.#options;
    await this.#delay(fault.afterMs);
    const { kind } = fault;
    const before = this.#busy.get(kind.touches) ?? Promise.resolve();
    const made = before.then(async () => {
      const effect = await this.#untilSeen(fault);
      if (effect === null) this.#owed.push(fault);
      else report.count(kind.name);
      say(`round ${number}  ${kind.name}: ${effect ?? "hit nothing"}`);
    });
    this.#busy.set(kind.touches, made);
    await made;
  }

  async #untilSeen(fault: PlannedFault): Promise<string | null> {
    const { system } = this.#options;
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const effect = await fault.kind.make(system, fault);
      if (effect !== null) return effect;
      await system.addJobs(10);
    }
    return null;
  }

  async #untilOver(): Promise<void> {
    await Promise.all(this.#open.splice(0));
  }
}
