import ts from "typescript";
import { type Complaint, complaintAt, nodesOf, type SourceFile } from "./source_file.ts";

/** Something of the runtime, and the only files of src/ that may use it. */
interface Place {
  readonly pattern: RegExp;
  readonly files: RegExp;
  readonly reason: string;
}

const PLACES: readonly Place[] = [
  {
    pattern: /^((globalThis\.)?(Date\.now|performance\.now|setTimeout|setInterval)|new Date\(\))$/,
    files: /^src\/(clock|page\/timer)\.ts$/,
    reason: "time comes through src/clock.ts",
  },
  {
    pattern: /^(globalThis\.)?setImmediate$/,
    files: /^src\/(clock|log_writer)\.ts$/,
    reason: "time comes through src/clock.ts",
  },
  {
    pattern: /^(console|process\.stdout|process\.stderr)$/,
    files: /^src\/(log|log_writer|host|cli\/\w+)\.ts$/,
    reason: "what is told goes through src/log.ts",
  },
  {
    pattern: /^(globalThis\.)?Deno$/,
    files: /^src\/(log|server\/serve)\.ts$/,
    reason: "src/ runs under Node and Deno alike",
  },
];

/** Time, output and runtime only where they belong. */
export function checkPlaces(file: SourceFile): Complaint[] {
  if (!file.path.startsWith("src/")) return [];
  return [...nodesOf(file)].flatMap((node) => {
    const used = usedName(node);
    if (used === null) return [];
    return PLACES
      .filter((place) => place.pattern.test(used) && !place.files.test(file.path))
      .map((place) => complaintAt(file, node, `Cannot use "${used}" here: ${place.reason}`));
  });
}

/** What a node uses by name: `Date.now`, `console`, `new Date()`. */
function usedName(node: ts.Node): string | null {
  if (ts.isNewExpression(node)) return node.getText();
  if (ts.isPropertyAccessExpression(node)) return node.getText();
  if (!ts.isIdentifier(node)) return null;
  const { parent } = node;
  const isProperty = (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) ||
    ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent);
  return isProperty ? null : node.text;
}
