import process from "node:process";
import { checkFiles } from "./tidy/check_files.ts";
import { projectFiles } from "./tidy/source_file.ts";

/* `npm run tidy`: the house rules that a program can check. Each complaint names file and line. */

const files = projectFiles();
const complaints = checkFiles(files);
for (const { path, line, reason } of complaints) console.error(`${path}:${line}: ${reason}`);
console.log(`${files.length} files, ${complaints.length} complaints`);
process.exitCode = complaints.length === 0 ? 0 : 1;
