import { exists, readText } from "../project.ts";

interface PackageManifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly scripts: Readonly<Record<string, string>>;
}

interface DenoManifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Record<string, unknown>>;
}

/** Names of one side only: what npm calls by itself, and what other tasks depend on. */
const NPM_ONLY = ["prepack"];
const DENO_ONLY = ["built"];

/** Where package.json and deno.json contradict each other or what was built. */
export function checkManifests(): string[] {
  const npm = JSON.parse(readText("package.json")) as PackageManifest;
  const deno = JSON.parse(readText("deno.json")) as DenoManifest;
  const complaints: string[] = [];
  if (npm.version !== deno.version) {
    complaints.push(`package.json has version ${npm.version}, deno.json ${deno.version}`);
  }
  for (const [name, target] of Object.entries(npm.exports)) {
    const files = typeof target === "string" ? [target] : Object.values(target);
    for (const file of files.filter((it) => !exists(it))) {
      complaints.push(`package.json exports "${name}" as "${file}", which is not built`);
    }
    if (typeof target === "string") continue;
    const wanted = target["default"]?.replace("./dist/", "./src/").replace(/\.js$/, ".ts");
    if (deno.exports[name] !== wanted) {
      complaints.push(`deno.json exports "${name}" as "${deno.exports[name]}", not "${wanted}"`);
    }
  }
  for (const name of Object.keys(deno.exports).filter((it) => !(it in npm.exports))) {
    complaints.push(`deno.json exports "${name}", package.json does not`);
  }
  const scripts = Object.keys(npm.scripts).filter((it) => !NPM_ONLY.includes(it));
  const tasks = Object.keys(deno.tasks).filter((it) => !DENO_ONLY.includes(it));
  if (scripts.sort().join() !== tasks.sort().join()) {
    complaints.push(`npm has the scripts ${scripts.join()}, Deno the tasks ${tasks.join()}`);
  }
  return complaints;
}
