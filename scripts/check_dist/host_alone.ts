import { copyFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { capture } from "../command.ts";
import { pathOf, readText } from "../project.ts";

/** What `dist/host.js` does wrong when nothing lies beside it. */
export async function checkHostAlone(folder: string, runtime: readonly string[]) {
  const [command = "node", ...options] = runtime;
  copyFileSync(pathOf("dist/host.js"), join(folder, "host.mjs"));
  const runHost = (...args: string[]) =>
    capture(command, [...options, "host.mjs", ...args], { cwd: folder, env: withoutSettings() });
  const complaints: string[] = [];
  const { version } = JSON.parse(readText("package.json"));
  const said = await runHost("--version");
  if (said.code !== 0 || !said.output.includes(version)) {
    complaints.push(`host.js --version says "${said.output.trim()}", not ${version}`);
  }
  const checked = await runHost("--check-config", "--channels", "root:4,mail:2");
  if (checked.code !== 0 || !checked.output.includes("mail")) {
    complaints.push(`host.js --check-config ends with ${checked.code}: ${checked.output.trim()}`);
  }
  return complaints;
}

/** The environment of a machine on which nothing is set for the runner or for PostgreSQL. */
function withoutSettings(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => /^(ODOO|PG|OPENERP)/.test(name));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
