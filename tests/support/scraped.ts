import { spawnSync } from "node:child_process";

/** What Prometheus makes of a text: values by name and labels, in the order of the text. */
export function scraped(text: string): Map<string, number> {
  const lines = text.split("\n").filter((it) => it !== "" && !it.startsWith("#"));
  return new Map(lines.map((line) => {
    const end = line.lastIndexOf(" ");
    return [line.slice(0, end), Number(line.slice(end + 1).replace("+Inf", "Infinity"))];
  }));
}

/** Prometheus' own tool, where it is installed. */
export const HAS_PROMTOOL: boolean = spawnSync("promtool", ["--version"]).status === 0;

/** What promtool complains of. */
export function promtool(args: readonly string[], input = ""): string {
  const { status, stdout, stderr } = spawnSync("promtool", args, { input });
  return status === 0 && stderr.length === 0 ? "" : `${stdout}${stderr}`;
}
