/**
 * The scheduler of the job runner, for use inside other programs: hierarchical channels with
 * capacities over the jobs of many databases, as WebAssembly that comes with this module.
 *
 * @example
 * ```ts
 * import { Scheduler } from "odoo-jobrunner/scheduler";
 *
 * const scheduler = Scheduler.create("root:2,mail:1");
 * const job = { database: "shop", createdMs: null, priority: null, etaMs: null, state: "pending" };
 * scheduler.notify({ ...job, uuid: "a", channel: "mail", sequence: 1 });
 * scheduler.notify({ ...job, uuid: "b", channel: "mail", sequence: 2 });
 *
 * // mail runs one at a time:
 * console.log(scheduler.takeReady(Date.now())); // [ { database: "shop", uuid: "a" } ]
 * ```
 *
 * @module
 */
import { Core } from "./core.ts";
import { CORE_WASM_BASE64 } from "./core_wasm.ts";
import { Scheduler as BareScheduler, type SchedulerOptions } from "./scheduler.ts";

export * from "./public.ts";

let compiled: WebAssembly.Module | undefined;

/** The scheduler with its WebAssembly inside. */
export class Scheduler extends BareScheduler {
  /**
   * Makes a scheduler without jobs.
   *
   * @param channels The channel string, as in `root:4,mail:2,mail.bulk:1:sequential:throttle=2`.
   * @throws {ConfigError} With every mistake of the channel string.
   */
  static create(channels: string, options?: SchedulerOptions): Scheduler {
    compiled ??= new WebAssembly.Module(
      Uint8Array.from(atob(CORE_WASM_BASE64), (it) => it.charCodeAt(0)),
    );
    return new Scheduler(new Core(compiled), channels, options);
  }
}
