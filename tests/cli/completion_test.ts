import { assertEquals, assertMatch } from "@std/assert";
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { runCommand } from "../../src/cli/command.ts";
import { COMMAND_NAMES } from "../../src/config/command_table.ts";
import { fakeMachine } from "../config/fake_machine.ts";
import { PseudoTerminal } from "../support/pseudo_terminal.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = typeof SHELLS[number];

/** What is typed, and what its last word may be. */
const CASES: readonly [typed: string, wanted: readonly string[]][] = [
  ["check", ["check-config"]],
  ["st", ["start", "status"]],
  ["--health-h", ["--health-host"]],
  ["status --js", ["--json"]],
  ["top --in", ["--interval"]],
  ["requeue --dr", ["--dry-run"]],
  ["status --dr", []],
  ["requeue --state enq", ["enqueued"]],
  ["start --db-sslmode verify", ["verify-ca", "verify-full"]],
  ["completion f", ["fish"]],
  ["start --config certificates", ["certificates.pem"]],
  ["why --channel st", []],
];

describe("completion", () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "completion-"));
    writeFileSync(join(folder, "certificates.pem"), "");
    for (const shell of SHELLS) writeFileSync(join(folder, shell), (await run(shell)).output);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function run(...argv: string[]) {
    let output = "";
    let errors = "";
    const code = await runCommand(fakeMachine({ argv: ["completion", ...argv] }), "1.2.3", {
      write: (text) => output += text,
      writeError: (text) => errors += text,
    });
    return { code, output, errors };
  }

  async function ask(command: string, ...argv: string[]): Promise<string[]> {
    const { stdout } = await promisify(execFile)(command, argv, { cwd: folder });
    return stdout.split("\n").map((it) => it.split("\t")[0]!.trim()).filter((it) => it !== "")
      .sort();
  }

  it("wants a shell that it knows, and answers 2 else", async () => {
    for (const argv of [[], ["csh"], ["--shell="], ["bash", "--json"]]) {
      const { code, output, errors } = await run(...argv);

      assertEquals([code, output], [2, ""], argv.join(" "));
      assertMatch(errors, /^Cannot use "/);
    }
    assertEquals((await run("--shell=bash")).output, (await run("bash")).output);
  });

  it("is a script that bash takes", async () => {
    for (const [typed, wanted] of CASES) {
      const words = ["odoo-jobrunner", ...typed.split(" ")];
      assertEquals(await ask("bash", "--norc", "-c", COMPLETE_IN_BASH, ...words), wanted, typed);
    }
    const all = await ask("bash", "--norc", "-c", COMPLETE_IN_BASH, "odoo-jobrunner", "");
    assertEquals(COMMAND_NAMES.filter((it) => !all.includes(it)), []);
    assertEquals(all.includes("--channels") && !all.includes("--json"), true);
  });

  it("splits an option from its value in bash as bash does", async () => {
    const ask2 = (...words: string[]) => ask("bash", "--norc", "-c", COMPLETE_IN_BASH, ...words);

    assertEquals(await ask2("odoo-jobrunner", "--scheme", "="), ["http", "https"]);
    assertEquals(await ask2("odoo-jobrunner", "--scheme", "=", "https"), ["https"]);
    assertEquals(await ask2("odoo-jobrunner", "--database", "=", "status", "--js"), []);
  });

  /** A shell with the script, in which the command says what it was given. */
  async function typeIn(shell: Shell, ...options: string[]): Promise<PseudoTerminal> {
    const terminal = await PseudoTerminal.start([shell, ...options]);
    const begin = shell === "zsh" ? "autoload -Uz compinit; compinit -u -D;" : "";
    terminal.type(`cd ${folder}; ${begin} source ./${shell}\r`);
    terminal.type('odoo-jobrunner() { echo got "$@"; }; echo loaded-$((1+1))\r');
    await terminal.until(/loaded-2/);
    return terminal;
  }

  it("completes in a bash that somebody types in", async () => {
    const terminal = await typeIn("bash", "--norc", "--noprofile", "-i");

    terminal.type("odoo-jobrunner check-c\t --http-ca-file cert\t --scheme=\t\t\r");

    await terminal.until(/got check-config --http-ca-file certificates\.pem --scheme=http/);
    terminal.type("exit\r");
    assertEquals(await terminal.exited, 0);
  });

  it("completes in a zsh that somebody types in", { ignore: isMissing("zsh") }, async () => {
    const terminal = await typeIn("zsh", "-f", "-i");

    terminal.type("odoo-jobrunner check-c\t--http-ca-f\tcert\t --db-sslmode verify-f\t\r");
    await terminal.until(
      /got check-config --http-ca-file=certificates\.pem --db-sslmode verify-full/,
    );
    terminal.type("odoo-jobrunner completion fi\t\r");
    await terminal.until(/got completion fish/);
    terminal.type("exit\r");
    assertEquals(await terminal.exited, 0);
  });

  it("is a script that fish takes", { ignore: isMissing("fish") }, async () => {
    for (const [typed, wanted] of CASES) {
      const script = `source ${join(folder, "fish")}; complete -C "odoo-jobrunner ${typed}"`;
      assertEquals(await ask("fish", "--no-config", "-c", script), wanted, typed);
    }
  });
});

/** Calls the function that bash would call, and says what it answers. */
const COMPLETE_IN_BASH = `
source ./bash
COMP_WORDS=("$0" "$@")
COMP_CWORD=$#
_odoo_jobrunner
printf '%s\\n' "\${COMPREPLY[@]}"
`;

function isMissing(shell: Shell): boolean {
  try {
    execFileSync(shell, ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return true;
  }
}
