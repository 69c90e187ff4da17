import { writeFileSync } from "node:fs";
import { capture } from "../command.ts";
import { denoBinary } from "../deno_binary.ts";
import { filesBelow, pathOf, readText } from "../project.ts";

/**
 * Formats assembly/ with Deno's formatter, which does not know AssemblyScript and drops what it
 * does not understand, such as decorators of functions. So the result is taken only if all but
 * blanks and the punctuation that a formatter may change is as it was. Answers complaints.
 */
export async function formatAssembly(options: { readonly isCheck: boolean }): Promise<string[]> {
  const deno = await denoBinary();
  const complaints: string[] = [];
  for (const file of filesBelow("assembly", ".ts")) {
    const text = readText(file);
    const { code, stdout, output } = await capture(deno, ["fmt", "--ext", "ts", "-"], {
      input: text,
    });
    if (code !== 0) complaints.push(`Cannot format "${file}": ${output.trim()}`);
    else if (!hasSameCode(text, stdout)) {
      complaints.push(`Cannot format "${file}": the formatter would lose code`);
    } else if (text === stdout) continue;
    else if (options.isCheck) complaints.push(`Not formatted: "${file}"`);
    else writeFileSync(pathOf(file), stdout);
  }
  return complaints;
}

/**
 * Whether two texts differ at most in blanks, kinds of quotes, and commas, semicolons, brackets.
 */
export function hasSameCode(before: string, after: string): boolean {
  return codeOf(before) === codeOf(after);
}

function codeOf(text: string): string {
  return text.replaceAll(/[\s,;(){}]/g, "").replaceAll(/['`]/g, '"');
}
