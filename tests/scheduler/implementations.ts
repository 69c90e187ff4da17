import { CORE_WASM_BASE64 } from "../../src/scheduler/core_wasm.ts";
import { ConfigError, Scheduler } from "../../src/scheduler/mod.ts";
import * as slim from "../../src/scheduler/slim.ts";
import type { CreateScheduler } from "./scheduler_like.ts";

/** A build or an entry of the core, for the suites that every one of them passes. */
export interface Implementation {
  readonly name: string;
  readonly create: CreateScheduler;
}

/** One that users import, with the class of the errors that it throws at them. */
export interface Entry extends Implementation {
  readonly ConfigError: typeof ConfigError;
}

const wasm = new WebAssembly.Module(
  Uint8Array.from(atob(CORE_WASM_BASE64), (it) => it.charCodeAt(0)),
);

/** Every entry of the core in the sources. `built.ts` has the same ones as they are shipped. */
export const CORES: readonly Entry[] = [
  { name: "Scheduler", create: (channels) => Scheduler.create(channels), ConfigError },
  {
    name: "Scheduler (slim)",
    create: (channels) => slim.Scheduler.create(wasm, channels),
    ConfigError: slim.ConfigError,
  },
];
