import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathOf } from "../../project.ts";

/** A stretch of time, in milliseconds since the machine started. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What a runner was busy with: serving pages, collecting garbage, anything else. */
export type Doing = "pages" | "garbage" | "work";

/** As V8 writes it; times are microseconds of the machine's clock. */
export interface WrittenProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  readonly endTime: number;
  readonly samples: readonly number[];
  /** Each since the sample before. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/**
 * What only the health server uses, with all that it calls, down to the kernel's part of its
 * writes. The runner asks Odoo and PostgreSQL on plain sockets.
 */
const OF_PAGES = new RegExp(
  "^(src/server/|node_modules/(hono|@hono/node-server)/)|" +
    "^node:(_http|internal/webstreams/|internal/deps/undici/)",
);
const WITHOUT_PLACE: Readonly<Record<string, Doing | "idle">> = {
  "(idle)": "idle",
  "(garbage collector)": "garbage",
};
/** Of the clock of the machine, as it is read. */
const TICK_MS = 10;

/** The clock of profiles, in milliseconds: since the machine started. */
export function machineMs(): number {
  return 1000 * Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
}

/** The profile of a runner's process: samples of what it did, one a millisecond. */
export class CpuProfile {
  readonly #written: WrittenProfile;
  readonly #doingOf: ReadonlyMap<number, Doing | "idle">;

  /** @param bundle The text of `dist/host.js` */
  constructor(written: WrittenProfile, bundle: string) {
    if (!written.nodes.some((it) => isOfBundle(it.callFrame))) {
      throw new Error("Cannot use a CPU profile: it is not of dist/host.js");
    }
    this.#written = written;
    this.#doingOf = doingByNode(written.nodes, filesByLine(bundle));
  }

  /** The only one in a folder, of a process that lived in a span. */
  static read(folder: string, { fromMs, untilMs }: Span): CpuProfile {
    const [name] = readdirSync(folder);
    if (name === undefined) throw new Error(`Cannot find a CPU profile in "${folder}"`);
    const written = JSON.parse(readFileSync(join(folder, name), "utf8")) as WrittenProfile;
    const { startTime, endTime } = written;
    if (startTime / 1000 < fromMs - TICK_MS || endTime / 1000 > untilMs + TICK_MS) {
      throw new Error("Cannot use a CPU profile: its clock is another one, has the machine slept?");
    }
    return new CpuProfile(written, readFileSync(pathOf("dist/host.js"), "utf8"));
  }

  /**
   * What the runner was busy with in a span, as parts of 1. Only in proportion the samples say
   * where processor time has gone: they also see the time in which the machine did other things.
   */
  partsOf({ fromMs, untilMs }: Span): Record<Doing, number> {
    const { startTime, samples, timeDeltas } = this.#written;
    const times = { pages: 0, garbage: 0, work: 0, idle: 0 };
    let at = startTime;
    for (const [index, node] of samples.entries()) {
      at += timeDeltas[index]!;
      if (at < 1000 * fromMs || at >= 1000 * untilMs) continue;
      times[this.#doingOf.get(node)!] += timeDeltas[index + 1] ?? 0;
    }
    const { pages, garbage, work } = times;
    const busy = pages + garbage + work || 1;
    return { pages: pages / busy, garbage: garbage / busy, work: work / busy };
  }
}

function doingByNode(
  nodes: readonly ProfileNode[],
  files: readonly string[],
): Map<number, Doing | "idle"> {
  const byId = new Map(nodes.map((it) => [it.id, it]));
  const doingOf = new Map<number, Doing | "idle">();
  const visit = ({ id, callFrame, children = [] }: ProfileNode, above: Doing) => {
    const doing = OF_PAGES.test(fileOf(callFrame, files)) ? "pages" : above;
    doingOf.set(id, WITHOUT_PLACE[callFrame.functionName] ?? doing);
    for (const child of children) visit(byId.get(child)!, doing);
  };
  visit(nodes[0]!, "work");
  return doingOf;
}

/** Where a function comes from. */
function fileOf(frame: CallFrame, files: readonly string[]): string {
  return isOfBundle(frame) ? files[frame.lineNumber] ?? "" : frame.url;
}

function isOfBundle({ url }: CallFrame): boolean {
  return url.endsWith("/dist/host.js");
}

/** The file of each line of a bundle: esbuild names it above what comes from it. */
function filesByLine(bundle: string): string[] {
  let file = "";
  const files = bundle.split("\n").map((line) => {
    return file = /^\s*\/\/ ((?:src|assembly|node_modules)\/\S+)$/.exec(line)?.[1] ?? file;
  });
  if (!files.some((it) => OF_PAGES.test(it))) {
    throw new Error("Cannot find the health server in dist/host.js: it does not name its files");
  }
  return files;
}
