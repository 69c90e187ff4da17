import type { Results } from "./results.ts";

interface TestCase {
  readonly name: string;
  readonly hasFailed: boolean;
  readonly isSkipped: boolean;
  /** It failed because of what is in it. */
  readonly isByStep: boolean;
}

/**
 * Counts the tests in Deno's JUnit report. It lists groups too, each test as `group > inner group >
 * test`. A group counts only when it fails by itself: in a hook, or because it leaks.
 */
export function readJunit(xml: string): Omit<Results, "runner"> {
  const cases = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs)].map(
    ([, name = "", body = ""]): TestCase => ({
      name,
      hasFailed: body.includes("<failure") || body.includes("<error"),
      isSkipped: body.includes("<skipped"),
      isByStep: /<failure message="\d+ test steps? failed"/.test(body),
    }),
  );
  const groups = new Set<string>();
  for (const { name } of cases) {
    const parts = name.split(" &gt; ");
    for (let count = 1; count < parts.length; count++) {
      groups.add(parts.slice(0, count).join(" &gt; "));
    }
  }
  const tests = cases.filter((it) => !groups.has(it.name));
  const own = cases.filter((it) => groups.has(it.name) && it.hasFailed && !it.isByStep);
  return {
    passed: tests.filter((it) => !it.hasFailed && !it.isSkipped).length,
    failed: tests.filter((it) => it.hasFailed).length + own.length,
    skipped: tests.filter((it) => it.isSkipped).length,
  };
}
