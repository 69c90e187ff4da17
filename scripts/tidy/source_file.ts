import ts from "typescript";
import { exists, filesBelow, readText } from "../project.ts";

/** A file of the project as the rules see it. */
export interface SourceFile {
  /** As `src/host.ts`. */
  readonly path: string;
  readonly text: string;
  /** Of TypeScript and AssemblyScript, which is close enough to be read as TypeScript. */
  readonly tree: ts.SourceFile | null;
}

/** A rule that is broken, and where. */
export interface Complaint {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

const FOLDERS = ["assembly", "src", "scripts", "tests"];
const ROOT_FILES = [
  ".ci/run",
  ".gitignore",
  ".npmrc",
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "deno.json",
  "package-lock.json",
  "package.json",
];
const TEXT_ENDINGS = [".ts", ".mjs", ".md", ".json", ".jsonl"];

/** Of files that are made by a program no rule holds. */
const GENERATED = new Set(["src/scheduler/core_wasm.ts", "src/server/page_files.ts"]);

export function sourceFile(path: string, text: string): SourceFile {
  const isSource = /\.(ts|mjs)$/.test(path);
  const tree = isSource ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true) : null;
  return { path, text, tree };
}

/** All files that the rules are for. */
export function projectFiles(): SourceFile[] {
  const below = FOLDERS.flatMap((folder) =>
    TEXT_ENDINGS.flatMap((ending) => filesBelow(folder, ending))
  );
  const paths = [...ROOT_FILES.filter(exists), ...below];
  return paths
    .filter((path) => !GENERATED.has(path) && !path.includes("node_modules/"))
    .map((path) => sourceFile(path, readText(path)));
}

/** The line of a place in a file's text, from 1. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

/** All nodes of a file's tree. */
export function* nodesOf(file: SourceFile): Generator<ts.Node> {
  const pending: ts.Node[] = file.tree === null ? [] : [file.tree];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => void children.push(child));
    pending.push(...children.reverse());
  }
}

/** A complaint about one node. */
export function complaintAt(file: SourceFile, node: ts.Node, reason: string): Complaint {
  return { path: file.path, line: lineAt(file.text, node.getStart(node.getSourceFile())), reason };
}
