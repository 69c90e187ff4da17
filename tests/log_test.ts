import { Buffer } from "node:buffer";
import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { CONNECTOR_LOGGER, Log, type LogOptions, QUEUE_JOB_LOGGER } from "../src/log.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 19, 54, 19, 123);

function makeLog(options: Partial<LogOptions> = {}): { log: Log; chunks: string[] } {
  const chunks: string[] = [];
  const log = new Log({
    level: "INFO",
    handlers: [],
    nowMs: () => NOW_MS,
    pid: 4711,
    write: (chunk) => chunks.push(chunk),
    ...options,
  });
  return { log, chunks };
}

function authorization(user: string, password: string): string {
  return Buffer.from(`${user}:${password}`).toString("base64");
}

/** The words that loggers write at a level of settings, one for each line that gets through. */
async function written(
  options: Partial<LogOptions>,
  write: (log: Log) => void,
): Promise<string[]> {
  const { log, chunks } = makeLog(options);
  write(log);
  await log.flush();
  return chunks.join("").split("\n").filter((line) => line !== "").map((line) => {
    return line.slice(line.lastIndexOf(" ") + 1);
  });
}

describe("Log", () => {
  it("writes lines as Odoo does, in UTC", async () => {
    const { log, chunks } = makeLog();

    log.logger(QUEUE_JOB_LOGGER).info("starting");
    log.logger(CONNECTOR_LOGGER).error("stopped", "shop");
    await log.flush();

    assertEquals(chunks, [
      "2026-11-23 19:54:19,123 4711 INFO ? odoo.addons.queue_job.jobrunner.runner: starting\n" +
      "2026-11-23 19:54:19,123 4711 ERROR shop openerp.addons.connector.jobrunner.runner: " +
      "stopped\n",
    ]);
  });

  it("writes once per turn of the event loop without being asked", async () => {
    const { log, chunks } = makeLog();

    log.logger("odoo").info("one");
    log.logger("odoo").info("two");
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

    assertEquals(chunks.length, 1);
  });

  it("masks secrets, also when they are encoded for a URL", async () => {
    const { log, chunks } = makeLog();

    log.mask("pass/word");
    log.logger("odoo").info("a pass/word in http://u:pass%2Fword@h");
    await log.flush();

    assertStringIncludes(chunks.join(""), "odoo: a ******** in http://u:********@h\n");
  });

  it("masks secrets in every form in which they are passed on", async () => {
    const { log, chunks } = makeLog();

    log.mask("se cret/+ü");
    log.mask(authorization("odoo", "se cret/+ü"));
    const inForm = new URLSearchParams({ password: "se cret/+ü" });
    log.logger("odoo").info(`${inForm} ${btoa("se cret/+Ã¼")}`);
    log.logger("odoo").info(`Basic ${authorization("odoo", "se cret/+ü")}`);
    await log.flush();

    assertMatch(chunks.join(""), /odoo: password=\*{8} \*{8}\n.*odoo: Basic \*{8}\n$/);
  });

  it("lets nothing from outside forge a line or speak to the terminal", async () => {
    const { log, chunks } = makeLog();

    log.logger("odoo").info("job a\nforged\r\tb \x1b[2J\x7f\x9b \u2028 \u202e ünï 😀", "sh\nop");
    await log.flush();

    const [, text] = chunks.join("").split(" INFO ");
    assertEquals(
      text,
      "sh\\nop odoo: job a\\nforged\\r\\tb \\u001b[2J\\u007f\\u009b \\u2028 \\u202e ünï 😀\n",
    );
  });

  it("cuts what is endless", async () => {
    const { log, chunks } = makeLog();

    log.logger("odoo").info("x".repeat(1_000_000));
    await log.flush();

    assertEquals(chunks.join("").length < 17_000, true);
  });

  it("leaves the name of the database readable when it equals a secret", async () => {
    const { log, chunks } = makeLog();

    log.mask("mailing");
    log.logger("odoo").info("queue job runner ready for db mailing", "mailing");
    await log.flush();

    assertMatch(chunks.join(""), /INFO mailing odoo: queue job runner ready for db mailing\n$/);
  });

  it("does not mask secrets that are too short to keep", async () => {
    const { log, chunks } = makeLog();

    log.mask("");
    log.mask("odoo");
    log.logger("odoo").info("asking odoo");
    await log.flush();

    assertStringIncludes(chunks.join(""), "asking odoo\n");
  });
});

describe("log levels", () => {
  const all = (name: string) => (log: Log) => {
    for (const level of ["debug", "info", "warning", "error", "critical"] as const) {
      log.logger(name)[level](level);
    }
  };

  it("leave out what is less severe", async () => {
    assertEquals(await written({ level: "WARNING" }, all(QUEUE_JOB_LOGGER)), [
      "warning",
      "error",
      "critical",
    ]);
    assertEquals(await written({ level: "CRITICAL" }, all(CONNECTOR_LOGGER)), ["critical"]);
  });

  it("hold for a logger and those below it", async () => {
    const handlers = ["odoo.addons.queue_job:DEBUG", "odoo.addons:ERROR"];

    assertEquals((await written({ handlers }, all("odoo.addons.queue_job.x"))).length, 5);
    assertEquals(await written({ handlers }, all("odoo.addons.other")), ["error", "critical"]);
    assertEquals((await written({ handlers }, all("odoo.addonsold"))).length, 4);
  });

  it("are those of the root logger when the handler has no name", async () => {
    assertEquals((await written({ handlers: [":DEBUG"] }, all(QUEUE_JOB_LOGGER))).length, 5);
    assertEquals((await written({ handlers: [":ERROR"] }, all("hono"))).length, 2);
  });

  it("keep a log level other than INFO against a handler of the root logger", async () => {
    const options = { level: "DEBUG", handlers: [":INFO"] } as const;

    assertEquals((await written(options, all(QUEUE_JOB_LOGGER))).length, 5);
  });

  it("are the last ones given for a name", async () => {
    const handlers = ["odoo:DEBUG", "odoo:ERROR"];

    assertEquals(await written({ handlers }, all(QUEUE_JOB_LOGGER)), ["error", "critical"]);
  });

  it("can be asked for", () => {
    const logger = makeLog({ level: "WARNING" }).log.logger(QUEUE_JOB_LOGGER);

    assertEquals([logger.isEnabledFor("INFO"), logger.isEnabledFor("ERROR")], [false, true]);
  });

  it("refuse a handler that cannot be read", () => {
    assertThrows(() => makeLog({ handlers: ["odoo=DEBUG"] }), RangeError);
  });
});

describe("a slow reader", () => {
  it("costs lines, which are counted once it reads again", async () => {
    const chunks: string[] = [];
    let taken = () => {};
    const write = (chunk: string) => {
      chunks.push(chunk);
      return new Promise<void>((resolve) => taken = resolve);
    };
    const { log } = makeLog({ write, maxBufferedBytes: 120 });
    const logger = log.logger("odoo");

    logger.info("first");
    const flushed = log.flush();
    for (const text of ["second", "third", "fourth", "fifth"]) logger.info(text);
    taken();
    await new Promise((resolve) => setImmediate(resolve));
    taken();
    await flushed;

    assertEquals(chunks.length, 2);
    assertMatch(chunks[1] ?? "", /: second\n.*: third\n.*WARNING .* log lines dropped: 2\n$/);
    assertEquals(log.droppedLines, 2);
  });

  it("that is gone loses lines and stops nothing", async () => {
    const write = () => Promise.reject(new Error("EPIPE"));
    const { log } = makeLog({ write });

    log.logger("odoo").info("lost");
    await log.flush();

    assertEquals(log.droppedLines, 1);
  });
});
