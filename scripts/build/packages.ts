import { readText } from "../project.ts";

/** What package.json of a package says, as far as we read it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

export function manifestOf(packageName: string): Manifest {
  return JSON.parse(readText(`node_modules/${packageName}/package.json`)) as Manifest;
}

export function packageVersion(packageName: string): string {
  return manifestOf(packageName).version;
}
