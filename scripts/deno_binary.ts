import process from "node:process";
import { run } from "./command.ts";
import { exists, IS_DENO, pathOf } from "./project.ts";

/** The packages that scripts/deno/package.json pins, by `process.platform` and `process.arch`. */
const PACKAGES: Readonly<Record<string, string>> = {
  "linux x64": "@deno/linux-x64-glibc",
  "linux arm64": "@deno/linux-arm64-glibc",
  "darwin x64": "@deno/darwin-x64",
  "darwin arm64": "@deno/darwin-arm64",
};

/**
 * The path of Deno: the one we run on, else the one pinned in scripts/deno, installed when it is
 * first needed. Its binary is called directly, because the wrapper of the npm package `deno` does
 * not pass signals on.
 */
export async function denoBinary(): Promise<string> {
  if (IS_DENO) return process.execPath;
  const name = PACKAGES[`${process.platform} ${process.arch}`];
  if (name === undefined) return "deno";
  const binary = `scripts/deno/node_modules/${name}/deno`;
  if (!exists(binary)) {
    console.error("Installing Deno (scripts/deno/package.json)");
    const code = await run("npm", ["ci", "--prefix", "scripts/deno"]);
    if (code !== 0 || !exists(binary)) {
      throw new Error(
        `Cannot install "${name}": npm ended with ${code}, a reachable npm registry is wanted`,
      );
    }
  }
  return pathOf(binary);
}

/** Runs Deno with its output shown; answers its exit code. */
export async function runDeno(...args: string[]): Promise<number> {
  return await run(await denoBinary(), args, { env: { DENO_NO_UPDATE_CHECK: "1" } });
}
