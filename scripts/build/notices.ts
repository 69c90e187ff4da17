import { exists, pathOf, readText } from "../project.ts";
import { manifestOf } from "./packages.ts";
import { readdirSync } from "node:fs";

/** Packages whose code gets into scheduler.wasm: AssemblyScript's own standard library. */
const PACKAGES_IN_WASM = ["assemblyscript"];

/**
 * The licences of all packages that the built files contain, from the paths that went into them.
 */
export function noticesOf(inputs: readonly string[]): string {
  const names = new Set(PACKAGES_IN_WASM);
  for (const input of inputs) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (name !== undefined) names.add(name);
  }
  const head = "odoo-jobrunner contains code of the packages below, under these licences.\n";
  return [head, ...[...names].sort().map(noticeOf)].join(`\n${"-".repeat(80)}\n\n`);
}

function noticeOf(packageName: string): string {
  const { version, license } = manifestOf(packageName);
  const folder = `node_modules/${packageName}`;
  const texts = readdirSync(pathOf(folder))
    .filter((file) => /^(un)?licen[cs]e|^notice|^copying/i.test(file))
    .filter((file) => exists(`${folder}/${file}`))
    .map((file) => readText(`${folder}/${file}`).trim());
  return [`${packageName} ${version} (${license ?? "see below"})\n`, ...texts, ""].join("\n");
}
