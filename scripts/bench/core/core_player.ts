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
import type { Player, State, Subject } from "./player.ts";

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

const STATES: Readonly<Record<State, number>> = {
  pending: JobState.Waiting,
  started: JobState.Running,
  failed: JobState.Failed,
  done: -1,
};

class CorePlayer implements Player {
  readonly taken = new Int32Array(1_000_000);
  readonly #core = instantiateCore();
  readonly #jobs: JobColumns;
  /** The core's number of each channel. */
  readonly #channelOf: readonly number[];

  constructor(channels: string, jobs: JobColumns) {
    this.#jobs = jobs;
    const numberOf = new Map<string, number>();
    for (const it of parseChannels(channels).channels) {
      const parent = it.name.includes(".") ? it.name.slice(0, it.name.lastIndexOf(".")) : null;
      const above = parent === null ? CHANNEL_NONE : numberOf.get(parent)!;
      const flags = it.sequential ? ChannelFlag.Sequential : 0;
      const number = numberOf.size;
      numberOf.set(it.name, number);
      this.#core.configureChannel(number, above, it.capacity ?? UNLIMITED, flags, it.throttleMs);
    }
    this.#channelOf = jobs.channelNames.map((it) => numberOf.get(fullChannelName(it))!);
  }

  notify(job: number, state: State): void {
    const { words, channels, createdMs, priorities, etasMs } = this.#jobs;
    const w = 4 * job;
    const w0 = words[w]!, w1 = words[w + 1]!, w2 = words[w + 2]!;
    if (state === "done") {
      this.#core.forget(0, w0, w1, w2, job);
      return;
    }
    const channel = this.#channelOf[channels[job]!]!;
    const eta = etasMs[job]!;
    // deno-fmt-ignore
    this.#core.notify(
      0, w0, w1, w2, job, channel, job, createdMs[job]!, priorities[job]!,
      eta === eta ? eta : NO_ETA, STATES[state],
    );
  }

  take(nowMs: number): number {
    let count = 0;
    while (true) {
      const found = this.#core.takeReady(nowMs, RESULT_MAX);
      const { buffer } = this.#core.memory;
      const words = new Uint32Array(buffer, this.#core.resultPointer(), found * RESULT_WORDS);
      for (let at = 4; at < words.length; at += RESULT_WORDS) this.taken[count++] = words[at]!;
      if (found < RESULT_MAX) return count;
    }
  }

  wakeupAtMs(nowMs: number): number {
    return this.#core.wakeupAt(nowMs);
  }
}
