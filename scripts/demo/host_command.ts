import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { projectFolder } from "./child_entry.ts";

/**
 * The same code as `start` runs, on the runtime we run on.
 *
 * @param mayWrite False: it may write no file and start no process.
 */
export function hostCommand(mayWrite = true): string[] {
  const folder = projectFolder();
  if ("deno" in process.versions) {
    const rights = mayWrite
      ? ["--allow-all"]
      : ["--no-prompt", "--allow-net", "--allow-env", "--allow-read", "--allow-sys"];
    return [process.execPath, "run", ...rights, join(folder, "src", "host.ts")];
  }
  const host = join(folder, "dist", "host.js");
  if (!existsSync(host)) throw new Error(`Cannot start "${host}": run "npm run build" first`);
  return [process.execPath, ...(mayWrite ? [] : readOnlyNode()), host];
}

/** Neither files nor children; what it says of the option itself is none of ours. */
function readOnlyNode(): string[] {
  const isNamed = process.allowedNodeEnvironmentFlags.has("--permission");
  const permission = isNamed ? "--permission" : "--experimental-permission";
  const network = process.allowedNodeEnvironmentFlags.has("--allow-net") ? ["--allow-net"] : [];
  return [permission, ...network, "--allow-fs-read=*", "--disable-warning=ExperimentalWarning"];
}

/** Settings for someone's real Odoo may be around, and its file in the home directory. */
export function withoutSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(environment).filter(([name, value]) => {
    return value !== undefined && !/^(ODOO|OPENERP|PG|NODE_|OTEL_)/.test(name);
  });
  return { ...Object.fromEntries(kept) as Record<string, string>, HOME: "/nowhere" };
}

/** A shell reports a signal as 128 and its number. */
export function exitText(code: number | null, signal: NodeJS.Signals | null): string {
  if (code === 137) return "SIGKILL";
  if (code === 143) return "SIGTERM";
  return signal ?? `exit code ${code}`;
}
