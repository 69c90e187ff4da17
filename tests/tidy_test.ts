import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { hasSameCode } from "../scripts/checks/assembly_format.ts";
import { checkFiles } from "../scripts/tidy/check_files.ts";
import { sourceFile } from "../scripts/tidy/source_file.ts";

/** The reasons of all complaints about files, given as path and text. */
function reasons(files: Readonly<Record<string, string>>): string[] {
  return checkFiles(Object.entries(files).map(([path, text]) => sourceFile(path, text)))
    .map(({ path, line, reason }) => `${path}:${line}: ${reason}`);
}

describe("tidy: imports", () => {
  const cases: Readonly<Record<string, [path: string, text: string]>> = {
    "a package outside its part": ["src/runner/a.ts", `import postgres from "postgres";`],
    "hono outside the server": ["src/dispatch/a.ts", `import { Hono } from "hono/tiny";`],
    "what a package exports": ["src/server/a.ts", `export { Sql } from "postgres";`],
    "a package nobody has": ["src/server/a.ts", `await import("left-pad");`],
    "an unknown part": ["src/extra/a.ts", `import "../log.ts";\nimport "../config/a.ts";`],
    "a part above": ["src/database/a.ts", `import { Decider } from "../runner/decider.ts";`],
    "a shared file from the scheduler": ["src/scheduler/a.ts", `import "../clock.ts";`],
    "a built-in module from the scheduler": ["src/scheduler/a.ts", `import "node:fs";`],
    "the inside of the core": ["src/scheduler/a.ts", `import "../../assembly/heap.ts";`],
    "the core from the runner": ["src/runner/a.ts", `import "../../assembly/abi.ts";`],
    "anything from the core": ["assembly/a.ts", `import { b } from "../src/b";`],
    "a script": ["src/cli/a.ts", `import "../../scripts/project.ts";`],
  };

  for (const [name, [path, text]] of Object.entries(cases)) {
    it(`refuses ${name}`, () => {
      const found = reasons({ [path]: text });

      assertEquals(found.length > 0, true);
      assertEquals(found.filter((reason) => !reason.includes("Cannot import")), []);
    });
  }

  it("refuses a circle", () => {
    const found = reasons({
      "src/log.ts": `import "./log_writer.ts";`,
      "src/log_writer.ts": `import type { Log } from "./log.ts";`,
    });

    assertEquals(found, [
      "src/log_writer.ts:1: Cannot import in a circle: " +
      "src/log.ts -> src/log_writer.ts -> src/log.ts",
    ]);
  });

  it("allows the picture of src/README.md", () => {
    const found = reasons({
      "src/host.ts": `import "./cli/start.ts";\nimport "node:process";`,
      "src/cli/start.ts": `import "../runner/connector_runner.ts";`,
      "src/runner/connector_runner.ts": `import "../database/database.ts";\nimport "../log.ts";`,
      "src/database/database.ts": `import postgres from "postgres";`,
      "src/server/app.ts": `import { streamSSE } from "hono/streaming";`,
      "src/scheduler/core.ts": `import { Status } from "../../assembly/abi.ts";`,
      "assembly/heap.ts": `import { Job } from "./records";`,
      "scripts/demo/main.ts": `import postgres from "postgres";`,
    });

    assertEquals(found, []);
  });
});

describe("tidy: places", () => {
  const path = "src/runner/a.ts";

  for (
    const used of [
      "Date.now()",
      "performance.now()",
      "new Date()",
      "setTimeout(run, 1)",
      "globalThis.setTimeout(run, 1)",
      "console.log(1)",
      `process.stderr.write("x")`,
      "Deno.cwd()",
      "setImmediate(run)",
    ]
  ) {
    it(`refuses ${used} outside of where it belongs`, () => {
      assertEquals(reasons({ [path]: `x = ${used};\n` }).length, 1);
    });
  }

  it("allows each where it belongs, and words in texts and comments", () => {
    const found = reasons({
      "src/clock.ts": "x = Date.now() + performance.now(); setTimeout(run, 1);",
      "src/server/serve.ts": "Deno.serve(x);",
      "src/runner/a.ts": `// console.log(Date.now())\nx = "setTimeout"; y = new Date(1);`,
      "tests/a_test.ts": "Date.now();",
    });

    assertEquals(found, []);
  });
});

describe("tidy: size", () => {
  const lines = (count: number) => "a();\n".repeat(count);

  it("refuses long files, and longer ones among tests", () => {
    assertEquals(reasons({ "src/a.ts": lines(301), "tests/b_test.ts": lines(501) }), [
      "src/a.ts:301: 301 lines, at most 300",
      "tests/b_test.ts:501: 501 lines, at most 500",
    ]);
    assertEquals(reasons({ "assembly/a.ts": lines(300), "tests/b_test.ts": lines(500) }), []);
  });

  it("refuses wide lines, unless an address makes them so", () => {
    const address = `// https://example.org/${"a".repeat(90)}`;

    assertEquals(reasons({ "scripts/a.ts": `// ${"a".repeat(98)}` }), [
      "scripts/a.ts:1: 101 wide, at most 100",
    ]);
    assertEquals(reasons({ "scripts/a.ts": address }), []);
  });

  it("refuses long functions", () => {
    const found = reasons({ "src/a.ts": `const a = () => {\n${lines(69)}};\n` });

    assertEquals(found, ["src/a.ts:1: function of 71 lines, at most 70"]);
  });
});

describe("tidy: syntax", () => {
  const refused: Readonly<Record<string, [path: string, text: string]>> = {
    "a default export": ["src/a.ts", "export default class A {}"],
    "a default export of a value": ["src/a.ts", "export default 1;"],
    "a default export by name": ["src/a.ts", "export { a as default };"],
    "a decorator of a function": ["assembly/a.ts", "@inline\nfunction a(): void {}"],
    "a decorator of a method": ["assembly/a.ts", "class A { @inline a(): void {} }"],
    "an enum": ["src/a.ts", "export enum A { B }"],
    "a chosen test": ["tests/a_test.ts", `it.only("a", run);`],
    "a skipped test": ["tests/a_test.ts", `describe.skip("a", run);`],
    "a skipped test by option": ["tests/a_test.ts", `it("a", { ignore: true }, run);`],
  };

  for (const [name, [path, text]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      assertEquals(reasons({ [path]: text }).length, 1);
    });
  }

  it("allows decorators of classes in the core, and its enums", () => {
    const text = "@unmanaged\nexport class A {}\nexport enum B { C }";

    assertEquals(reasons({ "assembly/abi.ts": text }), []);
  });
});

describe("tidy: names", () => {
  for (
    const [path, text] of [
      ["src/utils.ts", ""],
      ["tests/support/helpers.ts", ""],
      ["src/jobTable.ts", ""],
      ["src/a.ts", "class JobManager {}"],
      ["src/a.ts", "interface QueryHelper {}"],
      ["src/a.ts", "function handleJob() {}"],
      ["src/a.ts", "class A { #processJobs() {} }"],
      ["src/a.ts", "const doWork = () => {};"],
    ] as const
  ) {
    it(`refuses ${path} with ${text || "nothing"}`, () => {
      assertEquals(reasons({ [path]: text }).length, 1);
    });
  }

  it("allows names that only look alike", () => {
    const text = "function handleOf() {}\nfunction domainOf() {}\nconst processId = 1;";

    assertEquals(reasons({ "src/job_table.ts": text }), []);
  });
});

describe("tidy: leftovers", () => {
  it("refuses open tasks without an issue", () => {
    assertEquals(reasons({ "src/a.ts": "// TODO later\n// TODO #12: later" }), [
      `src/a.ts:1: "TODO" needs an issue, as in "TODO #12"`,
    ]);
  });

  it("refuses paths of one machine", () => {
    assertEquals(reasons({ "README.md": "cd /root/runner", "src/a.ts": "// a/root/b" }), [
      `README.md:1: "/root/r…" is a path of one machine`,
    ]);
  });

  it("refuses registries in lock files", () => {
    const text = `{ "resolved": "https://registry.example/a.tgz" }`;

    assertEquals(reasons({ "package-lock.json": text }), [
      "package-lock.json:1: a lock file names no registry",
    ]);
  });
});

describe("the formatter of assembly/", () => {
  it("takes a text that differs in blanks and punctuation", () => {
    assertEquals(hasSameCode("if (a)\n  b('c')", `if (a) {\n  b("c",);\n}\n`), true);
  });

  it("refuses one that has lost a word", () => {
    assertEquals(hasSameCode("@inline\nfunction a(): void {}", "function a(): void {}"), false);
  });
});
