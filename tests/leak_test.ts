import process from "node:process";
import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { IS_DENO } from "../scripts/project.ts";
import { runUnderDeno } from "../scripts/testing/deno_runner.ts";
import { bundledForNode, runUnderNode } from "../scripts/testing/node_runner.ts";

/*
 * Proves that a test fails that leaves something open. Runs on the stand-ins, whichever @std this
 * file has.
 */

const LEAKING = ["tests/support/leaking.ts"];

describe("a run of tests", () => {
  it("fails when they leave a timer or a server open, and tells them", async () => {
    const folder = ".build/leaking";

    const run = IS_DENO
      ? await runUnderDeno(LEAKING, { folder })
      : await runUnderNode(process.execPath, await bundledForNode(LEAKING, { folder }));

    assertEquals([run.passed, run.failed], [3, 2], run.output);
    assertMatch(run.output, IS_DENO ? /A timer was started/ : /Left open by the tests: Timeout/);
    assertMatch(run.output, /Left open by the tests: (a server|TCPServerWrap)/);
  });
});
