import ts from "typescript";
import { type Complaint, complaintAt, lineAt, nodesOf, type SourceFile } from "./source_file.ts";

const FILE_LINE_MAX = 300;
const TEST_LINE_MAX = 500;
const FUNCTION_LINE_MAX = 70;
const WIDTH_MAX = 100;

/** Files and functions that one can read at a glance. */
export function checkSize(file: SourceFile): Complaint[] {
  if (file.tree === null) return [];
  return [...checkLength(file), ...checkWidth(file), ...checkFunctions(file)];
}

function checkLength({ path, text }: SourceFile): Complaint[] {
  const most = path.startsWith("tests/") ? TEST_LINE_MAX : FILE_LINE_MAX;
  const count = text.replace(/\n$/, "").split("\n").length;
  return count <= most ? [] : [{ path, line: most + 1, reason: `${count} lines, at most ${most}` }];
}

/** A line that only an address makes long is allowed. */
function checkWidth({ path, text }: SourceFile): Complaint[] {
  return text.split("\n").flatMap((content, index) => {
    if (content.length <= WIDTH_MAX || /https?:\/\/\S{40}/.test(content)) return [];
    return [{ path, line: index + 1, reason: `${content.length} wide, at most ${WIDTH_MAX}` }];
  });
}

/** Not in tests, where the body of a `describe` is a function too. */
function checkFunctions(file: SourceFile): Complaint[] {
  if (file.path.startsWith("tests/")) return [];
  return [...nodesOf(file)].filter(ts.isFunctionLike).flatMap((node) => {
    const first = lineAt(file.text, node.getStart());
    const count = lineAt(file.text, node.getEnd()) - first + 1;
    if (count <= FUNCTION_LINE_MAX) return [];
    return [complaintAt(file, node, `function of ${count} lines, at most ${FUNCTION_LINE_MAX}`)];
  });
}
