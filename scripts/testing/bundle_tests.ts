import { readFileSync, rmSync } from "node:fs";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { pathOf, PROJECT_FOLDER } from "../project.ts";

const SHARED = {
  absWorkingDir: PROJECT_FOLDER,
  bundle: true,
  packages: "external",
  platform: "node",
  target: "node20",
  format: "esm",
  sourcemap: "inline",
  outExtension: { ".js": ".mjs" },
  logLevel: "warning",
} as const satisfies esbuild.BuildOptions;

/** Where the tests' `@std/*` come from under Node. */
const STAND_INS = {
  "@std/assert": pathOf("tests/std/assert/mod.ts"),
  "@std/testing/bdd": pathOf("tests/std/testing/bdd_node.ts"),
  "@std/testing/time": pathOf("tests/std/testing/time.ts"),
};

/**
 * Bundles each test file with what it imports of ours; answers the paths of the bundles in
 * `folder`.
 */
export async function bundleTests(files: readonly string[], folder: string): Promise<string[]> {
  rmSync(pathOf(folder), { recursive: true, force: true });
  await esbuild.build({
    ...SHARED,
    entryPoints: [...files],
    outdir: folder,
    outbase: "tests",
    alias: STAND_INS,
    plugins: [ownUrls],
  });
  await esbuild.stop();
  return files.map((file) => file.replace(/^tests/, folder).replace(/\.ts$/, ".mjs"));
}

/** Bundles our reporter for `node --test`; answers its path. */
export async function bundleReporter(folder: string): Promise<string> {
  await esbuild.build({
    ...SHARED,
    entryPoints: ["scripts/testing/node_reporter.ts"],
    outdir: folder,
  });
  await esbuild.stop();
  return `${folder}/node_reporter.mjs`;
}

/**
 * Leaves every module its own `import.meta.url`, so that tests find the files that lie beside them.
 */
const ownUrls: esbuild.Plugin = {
  name: "own-urls",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!text.includes("import.meta")) return null;
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll(/\bimport\.meta\.url\b/g, url), loader: "ts" };
    });
  },
};
