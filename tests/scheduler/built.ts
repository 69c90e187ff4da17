import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { pathOf } from "../../scripts/project.ts";
import type { Entry } from "./implementations.ts";

type Module = typeof import("../../src/scheduler/mod.ts");
type SlimModule = typeof import("../../src/scheduler/slim.ts");

// By addresses made here, so that the bundles of the tests for Node do not take them in.
const mod: Module = await import(addressOf("dist/scheduler/mod.js"));
const slim: SlimModule = await import(addressOf("dist/scheduler/slim.js"));
const wasm = new WebAssembly.Module(readFileSync(pathOf("dist/scheduler.wasm")));

/** What is shipped, loaded from where the build puts it. */
export const BUILT: readonly Entry[] = [
  {
    name: "dist/scheduler/mod.js",
    create: (channels) => mod.Scheduler.create(channels),
    ConfigError: mod.ConfigError,
  },
  {
    name: "dist/scheduler/slim.js with dist/scheduler.wasm",
    create: (channels) => slim.Scheduler.create(wasm, channels),
    ConfigError: slim.ConfigError,
  },
];

function addressOf(file: string): string {
  return pathToFileURL(pathOf(file)).href;
}
