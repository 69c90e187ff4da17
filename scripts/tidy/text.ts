import { type Complaint, lineAt, type SourceFile } from "./source_file.ts";

/** The files that describe these rules. */
const EXEMPT = ["scripts/tidy/text.ts", "tests/tidy_test.ts"];

const OPEN_TASK = /\b(TODO|FIXME|XXX|HACK)\b(?!.*#\d+)/g;
/** Folders of some machine that nobody else has. */
const MACHINE_PATH = /(?<![\w.}])\/(work|root|Users)\/\w|\/tmp\/team\b/g;
const LOCKED_HOST = /"resolved": *"[^"]*"/g;

/** Leftovers in any file. */
export function checkText(file: SourceFile): Complaint[] {
  if (EXEMPT.includes(file.path)) return [];
  const isLock = file.path.endsWith("package-lock.json");
  return [
    ...found(file, OPEN_TASK, (text) => `"${text}" needs an issue, as in "${text} #12"`),
    ...found(file, MACHINE_PATH, (text) => `"${text}…" is a path of one machine`),
    ...(isLock ? found(file, LOCKED_HOST, () => "a lock file names no registry") : []),
  ];
}

function found(file: SourceFile, pattern: RegExp, reasonOf: (text: string) => string): Complaint[] {
  return [...file.text.matchAll(pattern)].map(({ 0: text, index }) => {
    return { path: file.path, line: lineAt(file.text, index), reason: reasonOf(text) };
  });
}
