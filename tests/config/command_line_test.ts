import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readCommandLine } from "../../src/config/command_line.ts";

function values(...argv: string[]): Record<string, string> {
  const given = [...readCommandLine(argv).values];
  return Object.fromEntries(given.map(([key, { text }]) => [key, text]));
}

function mistakes(...argv: string[]): string[] {
  return readCommandLine(argv).mistakes.map(({ entry, reason }) => `${entry}: ${reason}`);
}

describe("readCommandLine", () => {
  it("takes a value after a space or an equals sign", () => {
    assertEquals(values("--port", "1", "--host=a=b"), { port: "1", host: "a=b" });
  });

  it("takes underscores for dashes, and Odoo's short options", () => {
    assertEquals(values("--db_host=db", "-c", "odoo.conf", "-d", "shop"), {
      dbHost: "db",
      configFile: "odoo.conf",
      databases: "shop",
    });
  });

  it("lets the last of an option win, and lists grow", () => {
    assertEquals(values("--port=1", "--port=2", "-d", "a", "--db-name=b"), {
      port: "2",
      databases: "a,b",
    });
  });

  it("takes a value that begins with one dash", () => {
    assertEquals(values("--db-password", "-x"), { dbPassword: "-x" });
  });

  it("knows commands as words and as options", () => {
    const commands = [[], ["start"], ["--check-config"], ["check_config"], ["check"], ["-h"], [
      "version",
    ]];

    assertEquals(commands.map((argv) => readCommandLine(argv).command), [
      "start",
      "start",
      "check-config",
      "check-config",
      "check-config",
      "help",
      "version",
    ]);
  });

  it("helps whatever else is asked for", () => {
    assertEquals(readCommandLine(["--help", "--check-config"]).command, "help");
    assertEquals(readCommandLine(["--check-config", "--help"]).command, "help");
  });

  it("knows which command help is wanted about", () => {
    assertEquals(readCommandLine(["requeue", "--help"]).topic, "requeue");
    assertEquals(readCommandLine(["help", "requeue", "--nonsense"]).command, "help");
    assertEquals(readCommandLine(["--help"]).topic, null);
  });

  it("takes one command at a time", () => {
    assertEquals(mistakes("requeue", "start"), [
      'start: one command at a time, and "requeue" is given too',
    ]);
    assertEquals(mistakes("start", "start"), []);
  });

  it("keeps a command's own options apart, a switch without a value among them", () => {
    const { command, values, options } = readCommandLine([
      ...["requeue", "--dry_run", "--state", "failed", "-d", "shop", "--state=started"],
      ...["--json=no", "--db-host", "db"],
    ]);

    assertEquals(command, "requeue");
    assertEquals([...values.keys()], ["databases", "dbHost"]);
    assertEquals([...options].map(([key, { text }]) => [key, text]), [
      ["isDryRun", "true"],
      ["states", "failed,started"],
      ["isJson", "no"],
    ]);
  });

  it("refuses options of another command", () => {
    assertEquals(mistakes("--dry-run", "--uuid=a"), [
      "--dry-run: it is an option of requeue, not of start",
      "--uuid: it is an option of why and requeue, not of start",
    ]);
    assertEquals(mistakes("requeue", "--channels=root:4", "--port", "1"), [
      '--channels: it is an option of start, not of requeue, meant may be "--channel"',
      "--port: it is an option of start, not of requeue",
    ]);
  });

  it("refuses an empty value where it would change more than was meant", () => {
    assertEquals(mistakes("requeue", "--database=", "--uuid= ", "--channel", ""), [
      "--database: a value is wanted, as in --database=NAMES",
      "--uuid: a value is wanted, as in --uuid=UUIDS",
      "--channel: a value is wanted, as in --channel=NAME",
    ]);
    assertEquals(mistakes("--database="), []);
  });

  it("refuses unknown options with the nearest known one, without their values", () => {
    assertEquals(mistakes("--prot=8069", "--db-pasword", "secret", "--zzz"), [
      '--prot: the option is unknown, meant may be "--port"',
      '--db-pasword: the option is unknown, meant may be "--db-password"',
      "--zzz: the option is unknown, --help shows all",
    ]);
    assertEquals(mistakes("requeue", "--zzz"), [
      "--zzz: the option is unknown, requeue --help shows all",
    ]);
  });

  it("refuses what objects know as it refuses any other word", () => {
    const { mistakes } = readCommandLine(["valueOf", "constructor=1", "__proto__"]);

    assertEquals(mistakes.map(({ entry }) => entry), ["valueOf", "constructor", "__proto__"]);
  });

  it("refuses unknown commands", () => {
    assertEquals(mistakes("strat"), ['strat: the command is unknown, meant may be "start"']);
    assertEquals(mistakes("reqeue"), ['reqeue: the command is unknown, meant may be "requeue"']);
  });

  it("refuses an option without its value", () => {
    assertEquals(mistakes("--port", "--host"), [
      "--port: a value is wanted, as in --port=PORT",
      "--host: a value is wanted, as in --host=HOST",
    ]);
  });
});
