/**
 * What the tests use of `@std/testing/bdd`, over `node:test`. A group that leaves a timer, a socket
 * or a process open fails.
 *
 * @module
 */
import process from "node:process";
import * as nodeTest from "node:test";
import { type CaseOptions, registrar, type TestBody } from "./suite.ts";

export type { CaseOptions, TestBody } from "./suite.ts";

/** Turns of the event loop that handles have to close after the last test. */
const TURN_MAX = 20_000;

let depth = 0;
/** Groups at the top that have not ended. */
let openGroupCount = 0;
let hasLeaked = false;

/** Groups tests and groups. */
export const describe = registrar((name: string, options: CaseOptions, body: () => void) => {
  nodeTest.describe(name, nodeOptions(options), () => {
    const isTop = depth++ === 0;
    let before: string[] = [];
    if (isTop) {
      openGroupCount++;
      nodeTest.before(() => void (before = process.getActiveResourcesInfo()));
    }
    body();
    if (isTop) {
      nodeTest.after(async () => {
        openGroupCount--;
        try {
          await expectNothingLeft(before);
        } finally {
          // What was left open would keep the process alive for ever.
          if (hasLeaked && openGroupCount === 0) setTimeout(() => process.exit(1), 500);
        }
      });
    }
    depth--;
  });
});

/** One test. */
export const it = registrar((name: string, options: CaseOptions, body: TestBody) => {
  nodeTest.it(name, nodeOptions(options), () => body());
});

export const test: typeof it = it;

/** Runs before the first test of the group. */
export function beforeAll(body: TestBody): void {
  nodeTest.before(() => body());
}

/** Runs after the last test of the group. */
export function afterAll(body: TestBody): void {
  nodeTest.after(() => body());
}

/** Runs before each test of the group and of the groups in it. */
export function beforeEach(body: TestBody): void {
  nodeTest.beforeEach(() => body());
}

/** Runs after each test of the group and of the groups in it, also after one that failed. */
export function afterEach(body: TestBody): void {
  nodeTest.afterEach(() => body());
}

export { afterAll as after, beforeAll as before };

function nodeOptions(options: CaseOptions): { skip: boolean; only: boolean } {
  return { skip: options.ignore ?? false, only: options.only ?? false };
}

async function expectNothingLeft(before: readonly string[]): Promise<void> {
  let left: string[] = [];
  for (let turn = 0; turn < TURN_MAX; turn++) {
    left = process.getActiveResourcesInfo().filter((name) => name !== "Immediate");
    for (const name of before) {
      const index = left.indexOf(name);
      if (index >= 0) left.splice(index, 1);
    }
    if (left.length === 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  hasLeaked = true;
  throw new Error(`Left open by the tests: ${left.join(", ")}`);
}
