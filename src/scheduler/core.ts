import { ABI_VERSION, RESULT_MAX, RESULT_WORDS, Status } from "../../assembly/abi.ts";
import type { CoreExports } from "./core_exports.ts";
import { SchedulerError, TableFullError } from "./errors.ts";

const FULL: readonly number[] = [
  Status.JobTableFull,
  Status.ChannelTableFull,
  Status.DatabaseTableFull,
];

/** Facts of a job or a channel, as `explain` writes them (abi.ts). */
export interface CoreFacts {
  readonly timeMs: number;
  readonly channel: number;
  readonly count: number;
  readonly code: number;
}

/** Why a job does not run, in the core's numbers. */
export interface CoreExplanation {
  readonly job: CoreFacts;
  /** Its channel and all above it. */
  readonly path: readonly CoreFacts[];
}

/**
 * One instance of the WebAssembly core: the only code that sees its memory. Calls that take a job
 * read its four words from `uuid`. Refusals become RangeErrors; a broken invariant becomes a
 * SchedulerError, and every later call throws it again, because half a change may have been made.
 */
export class Core {
  /**
   * The job of the next call that takes one. Signed: JavaScript makes an object of a larger number
   * before it passes it on.
   */
  readonly uuid: Int32Array = new Int32Array(4);
  readonly #exports: CoreExports;
  #results: Int32Array = new Int32Array(0);
  #broken: SchedulerError | null = null;

  constructor(module: WebAssembly.Module) {
    const instance = new WebAssembly.Instance(module, {
      env: {
        abort: (message: number, file: number, line: number, column: number) => {
          throw new SchedulerError(
            `${this.#text(message)} (${this.#text(file)}:${line}:${column})`,
          );
        },
      },
    });
    this.#exports = instance.exports as unknown as CoreExports;
    const version = this.#exports.abiVersion();
    if (version !== ABI_VERSION) {
      throw new RangeError(
        `Cannot use scheduler.wasm of ABI version "${version}": version ${ABI_VERSION} is wanted`,
      );
    }
  }

  configureChannel(
    number: number,
    parent: number,
    capacity: number,
    flags: number,
    throttleMs: number,
  ): void {
    const call = () => this.#exports.configureChannel(number, parent, capacity, flags, throttleMs);
    checked(this.#guarded(call), "configure a channel");
  }

  /** Runs `change`, which may change and move channels that hold jobs. */
  reconfigure(change: () => void): void {
    this.#guarded(() => this.#exports.beginConfiguration());
    change();
    this.#guarded(() => this.#exports.endConfiguration());
  }

  removeChannel(number: number): void {
    checked(this.#guarded(() => this.#exports.removeChannel(number)), "remove a channel");
  }

  notify(
    database: number,
    channel: number,
    sequence: number,
    createdMs: number,
    priority: number,
    etaMs: number,
    state: number,
  ): void {
    const { uuid } = this;
    const call = () =>
      this.#exports.notify(
        database,
        uuid[0]!,
        uuid[1]!,
        uuid[2]!,
        uuid[3]!,
        channel,
        sequence,
        createdMs,
        priority,
        etaMs,
        state,
      );
    checked(this.#guarded(call), "take in a job");
  }

  /** Answers whether the job was known. */
  forget(database: number): boolean {
    return this.#ofJob("forget", database) === 1;
  }

  touch(database: number): void {
    this.#ofJob("touch", database);
  }

  isKnown(database: number): boolean {
    return this.#ofJob("jobState", database) >= 0;
  }

  /** How many jobs run now; they are in `results`. */
  takeReady(nowMs: number, max: number): number {
    return checked(this.#guarded(() => this.#exports.takeReady(nowMs, max)), "take ready jobs");
  }

  /**
   * What the last decision has handed out, first to run first: RESULT_WORDS words each (abi.ts).
   * Overwritten by the next one; to be asked for after it, because memory that grows leaves an
   * empty view.
   */
  get results(): Int32Array {
    if (this.#results.length === 0) {
      const { memory, resultPointer } = this.#exports;
      this.#results = new Int32Array(memory.buffer, resultPointer(), RESULT_MAX * RESULT_WORDS);
    }
    return this.#results;
  }

  /**
   * Why the job does not run; null if it is unknown. Which goes first where it waits is in
   * `results`.
   */
  explain(database: number, nowMs: number): CoreExplanation | null {
    const { uuid } = this;
    const count = this.#guarded(() =>
      this.#exports.explain(database, uuid[0]!, uuid[1]!, uuid[2]!, uuid[3]!, nowMs)
    );
    const facts: CoreFacts[] = [];
    for (let number = 1; number < count; number++) facts.push(this.#facts(number));
    const [job, ...path] = facts;
    return job ? { job, path } : null;
  }

  wakeupAt(nowMs: number): number {
    return this.#guarded(() => this.#exports.wakeupAt(nowMs));
  }

  ofDatabase(
    call: "forgetDatabase" | "parkDatabase" | "beginScan" | "sweep",
    database: number,
  ): number {
    return this.#guarded(() => this.#exports[call](database) ?? 0);
  }

  channelCount(number: number, state: number): number {
    return this.#exports.channelCount(number, state);
  }

  channelJobCount(number: number): number {
    return this.#exports.channelJobCount(number);
  }

  survey(nowMs: number, max: number): boolean {
    return this.#guarded(() => this.#exports.survey(nowMs, max)) === 1;
  }

  channelWaitingSince(number: number): number {
    return this.#exports.channelWaitingSince(number);
  }

  databaseWaitingSince(number: number): number {
    return this.#exports.databaseWaitingSince(number);
  }

  waitCount(waitClass: number): number {
    return this.#exports.waitCount(waitClass) >>> 0;
  }

  get waitedMs(): number {
    return this.#exports.waitedMs();
  }

  setJobMax(max: number): void {
    this.#exports.setJobMax(max);
  }

  checkInvariants(): void {
    this.#guarded(() => this.#exports.checkInvariants());
  }

  get jobCount(): number {
    return this.#exports.jobCount();
  }

  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  #ofJob(call: "forget" | "touch" | "jobState", database: number): number {
    const { uuid } = this;
    return this.#guarded(() =>
      this.#exports[call](database, uuid[0]!, uuid[1]!, uuid[2]!, uuid[3]!)
    );
  }

  #facts(number: number): CoreFacts {
    const { buffer, byteOffset } = this.results;
    const at = number * RESULT_WORDS;
    const [timeMs] = new Float64Array(buffer, byteOffset + 4 * at, 1);
    const [channel, count, code] = this.results.subarray(at + 2);
    return { timeMs: timeMs!, channel: channel!, count: count!, code: code! };
  }

  #guarded<T>(call: () => T): T {
    if (this.#broken) throw this.#broken;
    try {
      return call();
    } catch (error) {
      this.#broken = error instanceof SchedulerError
        ? error
        : new SchedulerError(`The scheduler trapped: ${error}`, { cause: error });
      throw this.#broken;
    }
  }

  /** A string of AssemblyScript: UTF-16, its length in bytes in the word before it. */
  #text(pointer: number): string {
    const { buffer } = this.#exports.memory;
    const length = new Uint32Array(buffer, pointer - 4, 1)[0]! >> 1;
    return String.fromCharCode(...new Uint16Array(buffer, pointer, length));
  }
}

/** Turns a refusal of the core into an error, and passes counts through. */
function checked(result: number, doing: string): number {
  if (result >= 0) return result;
  const message = `Cannot ${doing}: ${Status[result]}`;
  throw FULL.includes(result) ? new TableFullError(message) : new RangeError(message);
}
