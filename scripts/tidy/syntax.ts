import ts from "typescript";
import { type Complaint, complaintAt, nodesOf, type SourceFile } from "./source_file.ts";

/** `node --test` takes the default export of its reporter. */
const MAY_EXPORT_DEFAULT = "scripts/testing/node_reporter.ts";

/** Language that the house does without. */
export function checkSyntax(file: SourceFile): Complaint[] {
  return [...nodesOf(file)].flatMap((node) => {
    const reason = refusal(file.path, node);
    return reason === null ? [] : [complaintAt(file, node, reason)];
  });
}

function refusal(path: string, node: ts.Node): string | null {
  if (isDefaultExport(node) && path !== MAY_EXPORT_DEFAULT) return "no default exports";
  if (ts.isDecorator(node) && !ts.isClassDeclaration(node.parent)) {
    return "no decorators on functions: formatters drop them silently";
  }
  if (ts.isEnumDeclaration(node) && path !== "assembly/abi.ts") {
    return "no enums but those of assembly/abi.ts";
  }
  if (path.startsWith("tests/") && !path.startsWith("tests/std/")) return chosenTest(node);
  return null;
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === "default";
  return node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent);
}

/** `it.only`, `describe.skip`, `{ only: true }`: left from trying, they hide tests. */
function chosenTest(node: ts.Node): string | null {
  const isCall = ts.isPropertyAccessExpression(node) &&
    /^(it|test|describe)$/.test(node.expression.getText()) &&
    /^(only|skip|ignore)$/.test(node.name.text);
  const isOption = ts.isPropertyAssignment(node) &&
    /^(only|skip|ignore): true$/.test(node.getText());
  return isCall || isOption ? `no "${node.getText()}": all tests run` : null;
}
