import { checkCycles, checkImports } from "./imports.ts";
import { checkNames } from "./names.ts";
import { checkPlaces } from "./places.ts";
import { checkSize } from "./size.ts";
import type { Complaint, SourceFile } from "./source_file.ts";
import { checkSyntax } from "./syntax.ts";
import { checkText } from "./text.ts";

const RULES: readonly ((file: SourceFile) => Complaint[])[] = [
  checkImports,
  checkNames,
  checkPlaces,
  checkSize,
  checkSyntax,
  checkText,
];

/** What breaks the house rules, in the order of the files. */
export function checkFiles(files: readonly SourceFile[]): Complaint[] {
  return [...files.flatMap((file) => RULES.flatMap((rule) => rule(file))), ...checkCycles(files)];
}
