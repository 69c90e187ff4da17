import { CORE_WASM_BASE64 } from "../../src/scheduler/core_wasm.ts";
import { Scheduler } from "../../src/scheduler/mod.ts";
import { Scheduler as SlimScheduler } from "../../src/scheduler/slim.ts";
import type { CreateScheduler } from "./scheduler_like.ts";

/** A build or an entry of the core, for the suites that every one of them passes. */
export interface Implementation {
  readonly name: string;
  readonly create: CreateScheduler;
}

const wasm = new WebAssembly.Module(
  Uint8Array.from(atob(CORE_WASM_BASE64), (it) => it.charCodeAt(0)),
);

/** Every build and entry of the core. A new one gets a line here, and nothing else. */
export const CORES: readonly Implementation[] = [
  { name: "Scheduler", create: (channels) => Scheduler.create(channels) },
  { name: "Scheduler (slim)", create: (channels) => SlimScheduler.create(wasm, channels) },
];
