import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { nothingRun, type RunOptions, together } from "../../scripts/testing/results.ts";
import { batchesOf, runInShares } from "../../scripts/testing/shares.ts";

const FILES = Array.from({ length: 30 }, (_, index) => `${index}_test.ts`);

describe("shares of the tests", () => {
  it("run each file once, in folders that no two have at a time", async () => {
    const seen: string[] = [];
    const open = new Set<string | undefined>();
    const run = async (files: readonly string[], { folder }: RunOptions) => {
      assertEquals(open.has(folder), false);
      open.add(folder);
      await Promise.resolve();
      open.delete(folder);
      seen.push(...files);
      return { ...nothingRun("deno"), passed: files.length };
    };

    const runs = await runInShares(batchesOf(FILES, run));

    assertEquals(seen.toSorted(), FILES.toSorted());
    assertEquals(together("deno", runs).passed, FILES.length);
  });

  it("take what remains while another one is still at work", async () => {
    let end = () => {};
    const first = new Promise<void>((resolve) => end = resolve);
    const count = batchesOf(FILES, () => Promise.resolve(nothingRun("deno"))).length;
    let ended = 0;

    await runInShares(batchesOf(FILES, async ([file]) => {
      if (file === FILES[0]) await first;
      else if (++ended === count - 1) end();
      return nothingRun("deno");
    }));

    assertEquals(ended, count - 1);
  });
});
