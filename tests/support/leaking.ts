import { createServer } from "node:net";
import { describe, it } from "@std/testing/bdd";

/* Tests that leave something open on purpose: leak_test.ts runs them and wants them to fail. */

const LONG_MS = 600_000;

describe("a timer that nobody clears", () => {
  it("is left open", () => void setTimeout(() => {}, LONG_MS));
});

describe("a server that nobody closes", () => {
  it("is left open", async () => {
    await new Promise<void>((resolve) => createServer().listen(0, "127.0.0.1", resolve));
  });
});

describe("a timer that is cleared", () => {
  it("is not", () => clearTimeout(setTimeout(() => {}, LONG_MS)));
});
