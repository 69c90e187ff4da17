import { posix } from "node:path";
import ts from "typescript";
import { type Complaint, lineAt, type SourceFile } from "./source_file.ts";

/**
 * A part of src/ and the parts it may know; the files beside them (clock, log, …) all but scheduler
 * may.
 */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  "src/host.ts": ["cli", "config", "runner", "server", "scheduler"],
  "src/cli": [
    "config",
    "runner",
    "database",
    "dispatch",
    "metrics",
    "tracing",
    "server",
    "scheduler",
  ],
  "src/config": ["scheduler"],
  "src/runner": ["database", "dispatch", "scheduler"],
  "src/database": ["scheduler"],
  "src/dispatch": [],
  "src/metrics": ["scheduler"],
  "src/tracing": [],
  "src/server": ["scheduler"],
  "src/page": ["scheduler"],
  "src/scheduler": [],
};
/** What the files directly in src/ may know. */
const SHARED_PARTS = ["scheduler"];

/** The packages of the host, and the one part that may use each. */
const PACKAGES: Readonly<Record<string, string>> = {
  postgres: "src/database",
  "prom-client": "src/metrics",
  "@opentelemetry/api": "src/tracing",
  "@opentelemetry/exporter-trace-otlp-http": "src/tracing",
  "@opentelemetry/resources": "src/tracing",
  "@opentelemetry/sdk-trace-base": "src/tracing",
  hono: "src/server",
  "@hono/node-server": "src/server",
  preact: "src/page",
};

interface Import {
  readonly line: number;
  /** As it is written. */
  readonly specifier: string;
  /** The file of the project it means, or null. */
  readonly target: string | null;
}

function importsOf(file: SourceFile): Import[] {
  if (file.tree === null) return [];
  return ts.preProcessFile(file.text, true, true).importedFiles.map(({ fileName, pos }) => {
    const isOurs = fileName.startsWith(".");
    const path = posix.join(posix.dirname(file.path), fileName);
    const isWhole = /\.(ts|mjs|json)$/.test(path);
    const target = isOurs ? (isWhole ? path : `${path}.ts`) : null;
    return { line: lineAt(file.text, pos), specifier: fileName, target };
  });
}

/** The picture of src/README.md: who may import whom. */
export function checkImports(file: SourceFile): Complaint[] {
  return importsOf(file).flatMap(({ line, specifier, target }) => {
    const reason = target === null
      ? packageRefusal(file.path, specifier)
      : fileRefusal(file.path, target);
    if (reason === null) return [];
    return [{ path: file.path, line, reason: `Cannot import "${specifier}" here: ${reason}` }];
  });
}

function fileRefusal(from: string, to: string): string | null {
  if (from.startsWith("assembly/")) {
    return to.startsWith("assembly/") ? null : "assembly/ imports only from itself";
  }
  if (!from.startsWith("src/")) return null;
  if (to.startsWith("assembly/")) {
    const isTheContract = to === "assembly/abi.ts" && from.startsWith("src/scheduler/");
    return isTheContract ? null : "only src/scheduler may know the core, and only assembly/abi.ts";
  }
  if (to === "package.json" && from === "src/version.ts") return null;
  if (!to.startsWith("src/")) return "src/ imports nothing from outside";
  const part = partOf(from);
  const other = partOf(to);
  if (part === other) return null;
  if (other === null) return part === "src/scheduler" ? "scheduler imports only its folder" : null;
  const known = part === null ? SHARED_PARTS : PARTS[part];
  if (known === undefined) return `"${part}" is not in the picture of scripts/tidy/imports.ts`;
  if (known.includes(other.slice("src/".length))) return null;
  return `${part ?? "a file directly in src/"} may know ${known.join(", ") || "no other part"}`;
}

/** `src/runner` of `src/runner/decider.ts`, null for the files that all parts share. */
function partOf(path: string): string | null {
  const parts = path.split("/");
  if (parts.length > 2) return parts.slice(0, 2).join("/");
  return path in PARTS ? path : null;
}

function packageRefusal(from: string, specifier: string): string | null {
  if (from.startsWith("assembly/")) return "assembly/ imports only from itself";
  if (!from.startsWith("src/")) return null;
  if (from.startsWith("src/scheduler/")) return "scheduler imports only its folder";
  if (specifier.startsWith("node:")) return null;
  const name = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  const owner = PACKAGES[name];
  if (owner === undefined) return "it is no package of the host";
  return from.startsWith(`${owner}/`) ? null : `only ${owner} may`;
}

/** Files that import each other, directly or not. */
export function checkCycles(files: readonly SourceFile[]): Complaint[] {
  const graph = new Map(files.map((file) => [file.path, importsOf(file)]));
  const finished = new Set<string>();
  const complaints: Complaint[] = [];
  const visit = (path: string, above: readonly string[]) => {
    if (finished.has(path)) return;
    for (const { target, line } of graph.get(path) ?? []) {
      if (target === null) continue;
      const start = [...above, path].indexOf(target);
      if (start < 0) visit(target, [...above, path]);
      else {
        const cycle = [...above, path].slice(start).concat(target).join(" -> ");
        complaints.push({ path, line, reason: `Cannot import in a circle: ${cycle}` });
      }
    }
    finished.add(path);
  };
  for (const { path } of files) visit(path, []);
  return complaints;
}
