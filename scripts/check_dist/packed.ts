import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { capture } from "../command.ts";
import { readText } from "../project.ts";

/** Uses the WebAssembly that lies in the package, as Workers and browsers would. */
const SLIM_EXAMPLE = `
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Scheduler } from "odoo-jobrunner/scheduler/slim";

const path = createRequire(import.meta.url).resolve("odoo-jobrunner/scheduler.wasm");
const scheduler = Scheduler.create(new WebAssembly.Module(readFileSync(path)), "root:1");
scheduler.checkInvariants();
`;

/**
 * What is wrong with the package when it is packed, installed elsewhere without a network, and
 * used.
 */
export async function checkPacked(folder: string, node: string): Promise<string[]> {
  const home = join(folder, "home");
  mkdirSync(home);
  const packed = await capture("npm", ["pack", "--ignore-scripts", "--pack-destination", folder]);
  if (packed.code !== 0) return [`npm pack ends with ${packed.code}: ${packed.output}`];
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  writeFileSync(join(home, "package.json"), `{ "type": "module" }`);
  const installed = await capture("npm", ["install", "--offline", "--no-audit", `../${tarball}`], {
    cwd: home,
  });
  if (installed.code !== 0) return [`npm install ends with ${installed.code}: ${installed.output}`];

  const example = /```ts\n(.*?)\n \* ```/s.exec(readText("src/scheduler/mod.ts"))?.[1] ?? "";
  const examples = { "example.mts": example.replaceAll(/^ \* ?/gm, ""), "slim.mts": SLIM_EXAMPLE };
  const complaints: string[] = [];
  for (const [name, text] of Object.entries(examples)) {
    writeFileSync(join(home, name), text);
    writeFileSync(join(home, name.replace(".mts", ".mjs")), text);
    const { code, output } = await capture(node, [name.replace(".mts", ".mjs")], { cwd: home });
    if (code !== 0) complaints.push(`${name} ends with ${code}: ${output}`);
  }
  return [...complaints, ...typeErrors(home, Object.keys(examples))];
}

/** The types that a user of the package meets, with the strictest options. */
function typeErrors(folder: string, names: readonly string[]): string[] {
  const program = ts.createProgram(names.map((name) => join(folder, name)), {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: ["node"],
    typeRoots: [join(ts.sys.getCurrentDirectory(), "node_modules/@types")],
  });
  return ts.getPreEmitDiagnostics(program).map((it) => {
    return `types: ${it.file?.fileName ?? ""}: ${
      ts.flattenDiagnosticMessageText(it.messageText, "\n")
    }`;
  });
}
