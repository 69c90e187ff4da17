import * as esbuild from "esbuild";
import { PROJECT_FOLDER, writeGenerated } from "../project.ts";
import { buildPage } from "./page.ts";
import { noticesOf } from "./notices.ts";

const HOST_BANNER = "#!/usr/bin/env node";

const SHARED = {
  absWorkingDir: PROJECT_FOLDER,
  outdir: "dist",
  outbase: "src",
  bundle: true,
  format: "esm",
  target: "node20",
  legalComments: "none",
  metafile: true,
  write: false,
  logLevel: "warning",
} as const satisfies esbuild.BuildOptions;

/**
 * Bundles the process and the embeddable scheduler, each into one file that needs nothing beside
 * it.
 */
export async function buildBundles(say: (line: string) => void): Promise<void> {
  const page = await buildPage(say);
  const host = await esbuild.build({
    ...SHARED,
    entryPoints: ["src/host.ts"],
    platform: "node",
    // OpenTelemetry's main files load each other while they run, which no bundle of modules can.
    mainFields: ["module", "main"],
    banner: { js: HOST_BANNER },
  });
  const scheduler = await esbuild.build({
    ...SHARED,
    entryPoints: ["src/scheduler/mod.ts", "src/scheduler/slim.ts"],
    platform: "neutral",
  });
  await esbuild.stop();
  for (const file of [...host.outputFiles, ...scheduler.outputFiles]) {
    const name = file.path.slice(PROJECT_FOLDER.length + 1).replaceAll("\\", "/");
    writeGenerated(name, file.contents);
    say(`${name}: ${file.contents.length} bytes`);
  }
  const inputs = [host, scheduler].flatMap((result) => Object.keys(result.metafile.inputs));
  inputs.push(...page);
  writeGenerated("dist/THIRD_PARTY_NOTICES.txt", noticesOf(inputs));
}
