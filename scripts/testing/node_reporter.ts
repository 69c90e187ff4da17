import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";

/**
 * The reporter of `node --test`: the failures to read, then one line with the counts for
 * node_runner.ts.
 */
async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const groups: string[] = [];
  for await (const event of events) {
    if (event.type === "test:start") {
      groups.length = event.data.nesting;
      groups.push(event.data.name);
    } else if (event.type === "test:pass") {
      if (event.data.skip) counts.skipped++;
      else if (event.data.details.type !== "suite") counts.passed++;
    } else if (event.type === "test:fail") {
      const { error } = event.data.details;
      if ((error as { failureType?: string }).failureType === "subtestsFailed") continue;
      counts.failed++;
      const name = [...groups.slice(0, event.data.nesting), event.data.name].join(" > ");
      yield `${name}\n${inspect(error.cause ?? error)}\n\n`;
    }
  }
  yield `RESULT ${JSON.stringify(counts)}\n`;
}

// `node --test` takes the default export.
export { report as default };
