import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GuardedChild, isAlive } from "../../scripts/demo/guarded_child.ts";

describe("GuardedChild", () => {
  const common = { stopSignal: "TERM", graceMs: 5_000, onErrorLine: () => undefined } as const;

  it("tells how the child ended by itself", async () => {
    const child = await GuardedChild.start({ ...common, command: ["sh", "-c", "exit 7"] });

    assertEquals((await child.exited).code, 7);
  });

  it("passes on what the child writes, line by line", async () => {
    const lines: string[] = [];
    const command = ["sh", "-c", "echo one; echo two >&2"];

    const child = await GuardedChild.start({
      ...common,
      command,
      onErrorLine: (line) => lines.push(line),
    });
    await child.exited;

    assertEquals(lines, ["one", "two"]);
  });

  it("stops the child and removes its folder", async () => {
    const directory = mkdtempSync(join(tmpdir(), "jobrunner-test-"));
    const child = await GuardedChild.start({ ...common, command: ["sleep", "60"], directory });

    await child.stop();
    await child.stop();

    assertEquals(isAlive(child.processId), false);
    assertEquals(existsSync(directory), false);
  });

  it("kills a child that does not end when asked to", async () => {
    const command = ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"];
    const child = await GuardedChild.start({ ...common, graceMs: 1, command });

    await child.stop();

    assertEquals(isAlive(child.processId), false);
  });

  it("tells when the child was killed from outside", async () => {
    const child = await GuardedChild.start({ ...common, command: ["sleep", "60"] });

    child.kill();

    assertEquals((await child.exited).code, 128 + 9);
  });

  it("refuses what cannot be started", async () => {
    const environment = { PATH: "/nowhere" };

    await assertRejects(
      () => GuardedChild.start({ ...common, environment, command: ["sleep", "1"] }),
      Error,
      "Cannot start a child process",
    );
  });
});
