/** The exports of scheduler.wasm; each is described in assembly/index.ts. */
export interface CoreExports {
  readonly memory: WebAssembly.Memory;
  abiVersion(): number;
  configureChannel(
    number: number,
    parent: number,
    capacity: number,
    flags: number,
    throttleMs: number,
  ): number;
  beginConfiguration(): void;
  endConfiguration(): void;
  removeChannel(number: number): number;
  notify(
    database: number,
    uuid0: number,
    uuid1: number,
    uuid2: number,
    uuid3: number,
    channel: number,
    sequence: number,
    createdMs: number,
    priority: number,
    etaMs: number,
    state: number,
  ): number;
  forget(database: number, uuid0: number, uuid1: number, uuid2: number, uuid3: number): number;
  touch(database: number, uuid0: number, uuid1: number, uuid2: number, uuid3: number): number;
  jobState(database: number, uuid0: number, uuid1: number, uuid2: number, uuid3: number): number;
  takeReady(nowMs: number, max: number): number;
  explain(
    database: number,
    uuid0: number,
    uuid1: number,
    uuid2: number,
    uuid3: number,
    nowMs: number,
  ): number;
  resultPointer(): number;
  wakeupAt(nowMs: number): number;
  forgetDatabase(database: number): number;
  parkDatabase(database: number): number;
  beginScan(database: number): void;
  sweep(database: number): number;
  channelCount(number: number, state: number): number;
  channelJobCount(number: number): number;
  survey(nowMs: number, max: number): number;
  channelWaitingSince(number: number): number;
  databaseWaitingSince(number: number): number;
  waitCount(waitClass: number): number;
  waitedMs(): number;
  jobCount(): number;
  setJobMax(max: number): void;
  checkInvariants(): void;
}
