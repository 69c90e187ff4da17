/**
 * What the tests use of `@std/testing/bdd`, over `Deno.test`, so that Deno's sanitizers see leaks:
 * a `describe` at the top of a file is one test, all below it are its steps. `bdd_node.ts` is the
 * same for Node.
 *
 * @module
 */
import { OpenSockets } from "./open_sockets.ts";
import { Case, type CaseOptions, registrar, Suite, type TestBody } from "./suite.ts";

export type { CaseOptions, TestBody } from "./suite.ts";

const sockets = new OpenSockets();
let current: Suite | null = null;

/** Groups tests and groups. */
export const describe = registrar((name: string, options: CaseOptions, body: () => void) => {
  const suite = new Suite(name, options);
  const parent = current;
  current = suite;
  try {
    body();
  } finally {
    current = parent;
  }
  if (parent !== null) parent.children.push(suite);
  else register(suite, (t) => runSuite(t, suite, []));
});

/** One test. */
export const it = registrar((name: string, options: CaseOptions, body: TestBody) => {
  const test = new Case(name, options, body);
  if (current !== null) current.children.push(test);
  else register(test, () => runCase(test, []));
});

export const test: typeof it = it;

/** Runs before the first test of the group. */
export function beforeAll(body: TestBody): void {
  suiteOf("beforeAll").beforeAll.push(body);
}

/** Runs after the last test of the group. */
export function afterAll(body: TestBody): void {
  suiteOf("afterAll").afterAll.push(body);
}

/** Runs before each test of the group and of the groups in it. */
export function beforeEach(body: TestBody): void {
  suiteOf("beforeEach").beforeEach.push(body);
}

/** Runs after each test of the group and of the groups in it, also after one that failed. */
export function afterEach(body: TestBody): void {
  suiteOf("afterEach").afterEach.push(body);
}

export { afterAll as after, beforeAll as before };

function suiteOf(hook: string): Suite {
  if (current === null) throw new Error(`Cannot use "${hook}" here: it belongs into a describe`);
  return current;
}

function register(child: Suite | Case, run: (t: Deno.TestContext) => Promise<void>): void {
  Deno.test({
    name: child.name,
    ignore: child.isIgnored,
    only: child.hasOnly,
    fn: async (t) => {
      await run(t);
      await sockets.expectNone();
    },
  });
}

async function runSuite(t: Deno.TestContext, suite: Suite, above: readonly Suite[]): Promise<void> {
  const suites = [...above, suite];
  try {
    for (const hook of suite.beforeAll) await hook();
    for (const child of suite.chosenChildren) {
      const isSuite = child instanceof Suite;
      await t.step({
        name: child.name,
        ignore: child.isIgnored,
        fn: (step) => isSuite ? runSuite(step, child, suites) : runCase(child, suites),
      });
    }
  } finally {
    for (const hook of suite.afterAll) await hook();
  }
}

async function runCase(test: Case, suites: readonly Suite[]): Promise<void> {
  try {
    for (const suite of suites) for (const hook of suite.beforeEach) await hook();
    await test.body();
  } finally {
    for (const suite of suites.toReversed()) for (const hook of suite.afterEach) await hook();
  }
}
