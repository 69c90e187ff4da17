import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { FakeProcess } from "../support/fake_process.ts";
import { closedPort, TestServer } from "../support/http_server.ts";

/** Where no PostgreSQL is. */
async function start(process: FakeProcess, ...argv: string[]): Promise<number> {
  const port = `--db-port=${await closedPort()}`;
  return process.start({ argv: ["--database=shop", "--db-host=127.0.0.1", port, ...argv] });
}

describe("start", () => {
  it("ends with 0 on a signal, and listens no more", async () => {
    const process = new FakeProcess();
    const ended = start(process, "--health-port=0");
    await process.untilLog(/trying again/);

    process.signal();

    assertEquals([await ended, process.exits, process.isListening], [0, [], false]);
    assertMatch(process.text, /: stopped\n$/);
  });

  it("ends gracefully with 1 after an error that nobody has caught, and tells of it", async () => {
    const process = new FakeProcess();
    const ended = start(process, "--health-port=0");
    await process.untilLog(/trying again/);

    process.fail(new TypeError("broken on purpose"));
    process.fail("not even an error");

    assertEquals([await ended, process.exits], [1, []]);
    assertMatch(
      process.text,
      / CRITICAL \? .*a bug to report, the process ends: TypeError: broken on purpose\\n +at /,
    );
    assertMatch(process.text, / CRITICAL .*while it ends: not even an error\n/);
    assertMatch(process.text, /: stopped\n$/);
  });

  it("ends with 1 when it cannot serve its health", async () => {
    const process = new FakeProcess();

    const code = await start(process, "--health-host=203.0.113.1");

    assertEquals([code, process.isListening], [1, false]);
    assertMatch(process.text, / ERROR .*Cannot use --health-host="203\.0\.113\.1"/);
  });

  it("ends with 1 when it cannot serve its metrics, and names that setting", async () => {
    const process = new FakeProcess();
    const server = await TestServer.onSocket(() => {});

    const code = await start(process, "--health-port=0", `--metrics-port=${server.port}`);
    await server.close();

    assertEquals([code, process.isListening], [1, false]);
    assertMatch(process.text, / ERROR .*Cannot use --metrics-port="\d+": another program/);
  });

  it("takes no harm from a SIGHUP before it has begun, at work, and at its end", async () => {
    const process = new FakeProcess();
    const { writeLog } = process;
    const write = (chunk: string) => {
      if (chunk.includes(": stopped\n")) process.reload();
      writeLog(chunk);
    };
    const port = `--db-port=${await closedPort()}`;

    const ended = Object.assign(process, { writeLog: write })
      .start({ argv: ["--database=shop", "--db-host=127.0.0.1", port, "--health-port=0"] });
    process.reload();
    await process.untilLog(/trying again/);
    process.reload();
    await process.untilLog(/SIGHUP: reading the settings again/);
    process.signal();

    assertEquals([await ended, process.exits], [0, []]);
    assertEquals(process.text.match(/SIGHUP/g)?.length, 1);
  });
});
