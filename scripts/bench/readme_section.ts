import { type BenchOptions, PARTS } from "./options.ts";

/** What a run has printed. */
export interface Printed {
  readonly options: BenchOptions;
  /** The day, the machine and the runtime. */
  readonly machine: string;
  /** Of each part. */
  readonly tables: readonly string[];
  /** What was to be reached. */
  readonly targets: string;
}

const BEGIN = "<!-- performance -->";
const END = "<!-- /performance -->";

/**
 * The README with the figures of a run where those of the last one stood.
 *
 * @throws {Error} Where there is no such place.
 */
export function withFigures(readme: string, printed: Printed): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`Cannot find the place of the figures, between ${BEGIN} and ${END}`);
  }
  return [before + BEGIN, ...section(printed), END + after].join("\n\n");
}

function section({ options, machine, tables, targets }: Printed): string[] {
  const { rounds } = options;
  const count = rounds === 1 ? "one run of each" : `medians of ${rounds} runs`;
  return [
    `\`${commandOf(options)}\` on ${machine}; ${count}:`,
    ...(targets === "" ? [] : [targets]),
    "<details><summary>All figures of that run</summary>",
    ...tables,
    "</details>",
  ];
}

/** Without folders of this machine. */
function commandOf({ parts, rounds, stock, runtime }: BenchOptions): string {
  const words = [
    ...(parts.length === PARTS.length ? [] : parts),
    `--rounds ${rounds}`,
    `--runtime ${runtime}`,
    ...(stock === null ? [] : ["--stock FOLDER"]),
    "--readme",
  ];
  return `npm run bench -- ${words.join(" ")}`;
}
