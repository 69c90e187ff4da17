/**
 * The scheduler for runtimes that bring the WebAssembly themselves, such as Workers and browsers:
 * the caller passes the compiled `scheduler.wasm`.
 *
 * @module
 */
import { Core } from "./core.ts";
import { Scheduler as BareScheduler, type SchedulerOptions } from "./scheduler.ts";

export * from "./public.ts";

/** The scheduler over a WebAssembly module of the caller's. */
export class Scheduler extends BareScheduler {
  /**
   * Makes a scheduler without jobs.
   *
   * @param module `scheduler.wasm`, compiled.
   * @param channels The channel string, as in `root:4,mail:2,mail.bulk:1:sequential:throttle=2`.
   * @throws {ConfigError} With every mistake of the channel string.
   */
  static create(
    module: WebAssembly.Module,
    channels: string,
    options?: SchedulerOptions,
  ): Scheduler {
    return new Scheduler(new Core(module), channels, options);
  }
}
