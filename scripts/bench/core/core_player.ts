import { readFileSync } from "node:fs";
import {
  CHANNEL_NONE,
  ChannelFlag,
  JobState,
  NO_ETA,
  RESULT_MAX,
  RESULT_WORDS,
  UNLIMITED,
} from "../../../assembly/abi.ts";
import { fullChannelName, parseChannels } from "../../../src/scheduler/channel_config.ts";
import { pathOf } from "../../project.ts";
import type { JobColumns } from "./job_columns.ts";
import { type Player, State, type Subject } from "./player.ts";

/** What is called of `scheduler.wasm`; assembly/index.ts describes it. */
export interface CoreExports {
  readonly memory: WebAssembly.Memory;
  readonly notify: (...job: readonly number[]) => number;
  readonly forget: (...job: readonly number[]) => number;
  readonly takeReady: (nowMs: number, max: number) => number;
  readonly wakeupAt: (nowMs: number) => number;
  readonly resultPointer: () => number;
  readonly configureChannel: (...channel: readonly number[]) => number;
}

let compiled: WebAssembly.Module | undefined;

/** A fresh instance of the core. */
export function instantiateCore(): CoreExports {
  compiled ??= new WebAssembly.Module(readFileSync(pathOf("dist/scheduler.wasm")));
  const abort = () => {
    throw new Error("the core has aborted");
  };
  return new WebAssembly.Instance(compiled, { env: { abort } }).exports as unknown as CoreExports;
}

/** The core as a host of any language has it: numbers in and out. */
export const CORE: Subject = {
  name: "core",
  start: (channels, jobs) => new CorePlayer(channels, jobs),
};

/** The core's, by State. */
const JOB_STATES = [JobState.Waiting, JobState.Running, JobState.Failed];

class CorePlayer implements Player {
  readonly taken = new Int32Array(1_000_000);
  readonly #core = instantiateCore();
  readonly #jobs: JobColumns;
  /** As signed numbers, which JavaScript passes on without making an object of a large one. */
  readonly #words: Int32Array;
  /** The core's number of each channel. */
  readonly #channelOf: Int32Array;
  #results: Int32Array = new Int32Array(0);

  constructor(channels: string, jobs: JobColumns) {
    this.#jobs = jobs;
    this.#words = new Int32Array(jobs.words.buffer);
    const numberOf = new Map<string, number>();
    for (const it of parseChannels(channels).channels) {
      const parent = it.name.includes(".") ? it.name.slice(0, it.name.lastIndexOf(".")) : null;
      const above = parent === null ? CHANNEL_NONE : numberOf.get(parent)!;
      const flags = it.sequential ? ChannelFlag.Sequential : 0;
      const number = numberOf.size;
      numberOf.set(it.name, number);
      this.#core.configureChannel(number, above, it.capacity ?? UNLIMITED, flags, it.throttleMs);
    }
    const channelOf = jobs.channelNames.map((it) => numberOf.get(fullChannelName(it))!);
    this.#channelOf = Int32Array.from(jobs.channels, (it) => channelOf[it]!);
  }

  notify(job: number, state: State): void {
    const { createdMs, priorities, etasMs } = this.#jobs;
    const words = this.#words;
    const w = 4 * job;
    const w0 = words[w]!, w1 = words[w + 1]!, w2 = words[w + 2]!;
    if (state === State.Done) {
      this.#core.forget(0, w0, w1, w2, job);
      return;
    }
    const channel = this.#channelOf[job]!;
    const eta = etasMs[job]!;
    // deno-fmt-ignore
    this.#core.notify(
      0, w0, w1, w2, job, channel, job, createdMs[job]!, priorities[job]!,
      eta === eta ? eta : NO_ETA, JOB_STATES[state]!,
    );
  }

  take(nowMs: number): number {
    let count = 0;
    while (true) {
      const found = this.#core.takeReady(nowMs, RESULT_MAX);
      // Memory that grows leaves an empty view.
      if (this.#results.length === 0) this.#results = this.#viewResults();
      const end = found * RESULT_WORDS;
      for (let at = 4; at < end; at += RESULT_WORDS) this.taken[count++] = this.#results[at]!;
      if (found < RESULT_MAX) return count;
    }
  }

  #viewResults(): Int32Array {
    const { memory, resultPointer } = this.#core;
    return new Int32Array(memory.buffer, resultPointer(), RESULT_WORDS * RESULT_MAX);
  }

  wakeupAtMs(nowMs: number): number {
    return this.#core.wakeupAt(nowMs);
  }
}
