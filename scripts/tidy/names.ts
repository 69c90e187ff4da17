import { posix } from "node:path";
import ts from "typescript";
import { type Complaint, complaintAt, nodesOf, type SourceFile } from "./source_file.ts";

const FILE_NAME = /^[a-z0-9]+(_[a-z0-9]+)*\.(ts|mjs|json|jsonl)$/;
/** Files named by others. */
const GIVEN_NAMES = ["package-lock.json"];
const VAGUE_FILE = /^(utils?|helpers?|common|misc|lib|shared|types|interfaces)\./;
const VAGUE_TYPE = /(Manager|Helper|Helpers|Utils?)$/;
/** `handleOf(job)`, `processIdOf(child)` name what they answer; `handleJob` says nothing. */
const VAGUE_FUNCTION = /^(handle|process|do)(?!Of$|Id)([A-Z]|$)/;

/** Names that say nothing, and file names that are not snake_case. */
export function checkNames(file: SourceFile): Complaint[] {
  const complaints: Complaint[] = [];
  const name = posix.basename(file.path);
  const isNamedByUs = /\.(ts|mjs|json|jsonl)$/.test(name) && !GIVEN_NAMES.includes(name);
  if (isNamedByUs && !FILE_NAME.test(name)) {
    complaints.push({ path: file.path, line: 1, reason: `File name "${name}" is not snake_case` });
  }
  if (VAGUE_FILE.test(name)) {
    complaints.push({ path: file.path, line: 1, reason: `File name "${name}" says nothing` });
  }
  for (const node of nodesOf(file)) {
    const declared = declaredName(node);
    if (declared === null) continue;
    const pattern = isFunction(node) ? VAGUE_FUNCTION : VAGUE_TYPE;
    if (pattern.test(declared)) {
      complaints.push(complaintAt(file, node, `Name "${declared}" says nothing`));
    }
  }
  return complaints;
}

function declaredName(node: ts.Node): string | null {
  const isNamed = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) ||
    ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) || ts.isVariableDeclaration(node);
  return isNamed && node.name !== undefined ? node.name.getText().replace(/^#/, "") : null;
}

function isFunction(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return true;
  return ts.isVariableDeclaration(node) && node.initializer !== undefined &&
    (ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer));
}
