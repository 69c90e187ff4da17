import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { exists, filesBelow, pathOf, readText, writeGenerated } from "../project.ts";
import { packageVersion } from "./packages.ts";

const ENTRIES = ["src/scheduler/mod.ts", "src/scheduler/slim.ts"];
const HASH = ".build/declarations.hash";
const THIS_SCRIPT = "scripts/build/declarations.ts";
const FOLDER = "dist/types";

/**
 * Writes the types of the embeddable scheduler, unless those of the same sources are there already.
 */
export async function buildDeclarations(say: (line: string) => void): Promise<void> {
  const hash = hashOfSources();
  const isFresh = exists(HASH) && readText(HASH) === hash;
  if (isFresh && ENTRIES.every((entry) => exists(typesOf(entry)))) return;
  // Loaded here because it is large and seldom needed.
  const { default: ts } = await import("typescript");
  const program = ts.createProgram(ENTRIES.map(pathOf), {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    declaration: true,
    emitDeclarationOnly: true,
    strict: true,
    types: [],
    rootDir: pathOf("."),
    outDir: pathOf(FOLDER),
  });
  const { diagnostics } = program.emit(undefined, (path, text) => {
    const name = path.slice(pathOf(".").length + 1);
    // In a package the types name what lies beside them in compiled form.
    writeGenerated(name, text.replaceAll(/(["']\.[^"'\n]*)\.ts(["'])/g, "$1.js$2"));
  });
  const messages = diagnostics.map((it) => ts.flattenDiagnosticMessageText(it.messageText, "\n"));
  if (messages.length > 0) throw new Error(`Cannot make types: ${messages.join("\n")}`);
  writeGenerated(HASH, hash);
  for (const entry of ENTRIES) say(`${typesOf(entry)}`);
}

function typesOf(entry: string): string {
  return join(FOLDER, dirname(entry), entry.replace(/.*\//, "").replace(/\.ts$/, ".d.ts"));
}

function hashOfSources(): string {
  const hash = createHash("sha256").update(packageVersion("typescript"));
  for (const file of [THIS_SCRIPT, ...filesBelow("src/scheduler", ".ts"), "assembly/abi.ts"]) {
    hash.update(JSON.stringify([file, readText(file)]));
  }
  return hash.digest("hex");
}
