import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { buildBundles } from "./build/bundles.ts";
import { buildCore } from "./build/core.ts";
import { buildDeclarations } from "./build/declarations.ts";
import { checkHostAlone } from "./check_dist/host_alone.ts";
import { checkManifests } from "./check_dist/manifests.ts";
import { checkPacked } from "./check_dist/packed.ts";
import { nodeBinary } from "./testing/node_runner.ts";

/*
 * `npm run check_dist`: what is shipped works where nothing else is: dist/host.js alone, the
 * package from its tarball; package.json and deno.json agree.
 */

const folder = mkdtempSync(join(tmpdir(), "odoo-jobrunner-"));
try {
  await buildCore(() => {});
  await buildBundles(() => {});
  await buildDeclarations(() => {});
  const complaints = checkManifests();
  const node = await nodeBinary();
  if (node !== null) {
    complaints.push(...await checkHostAlone(folder, [node]), ...await checkPacked(folder, node));
  } else {
    complaints.push(...await checkHostAlone(folder, [process.execPath, "run", "--allow-all"]));
    console.log("Node is not installed here: the package was not checked");
  }
  for (const complaint of complaints) console.error(complaint);
  console.log(`dist: ${complaints.length} complaints`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
