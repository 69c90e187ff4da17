import { parseArgs } from "node:util";
import { generationNamed, GENERATIONS, type OdooGeneration } from "./odoo_generations.ts";

export interface DemoOptions {
  readonly jobs: number;
  readonly databases: number;
  readonly workers: number;
  readonly exit: boolean;
  readonly json: boolean;
  readonly log: boolean;
  readonly generation: OdooGeneration;
}

export const USAGE = `The job runner at work, on a PostgreSQL and a stand-in Odoo of its own.

  --jobs N          jobs to begin with, over all databases (300)
  --databases N     databases they are spread over (1)
  --workers N       worker processes of the stand-in Odoo (4)
  --generation G    which Odoo it stands in for (16.0-2025), one of
                    ${GENERATIONS.map(({ name }) => name).join(" ")}
  --exit            end when all jobs are over; exit code 0 only if each ended as planned,
                    none ran twice, no channel ran over its capacity
  --json            one line of JSON at the end, the rest goes to standard error
  --log             show the runner's log
`;

/**
 * Reads the demo's command line; null when it asks for help.
 *
 * @throws RangeError or TypeError when an option is wrong
 */
export function readOptions(argv: readonly string[]): DemoOptions | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      jobs: { type: "string", default: "300" },
      databases: { type: "string", default: "1" },
      workers: { type: "string", default: "4" },
      generation: { type: "string", default: "16.0-2025" },
      exit: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      log: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  return {
    jobs: readCount("--jobs", values.jobs, 1_000_000),
    databases: readCount("--databases", values.databases, 50),
    workers: readCount("--workers", values.workers, 64),
    exit: values.exit,
    json: values.json,
    log: values.log,
    generation: generationNamed(values.generation),
  };
}

function readCount(name: string, text: string, max: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= max) return count;
  throw new RangeError(`Cannot use ${name}="${text}": it is a number from 1 to ${max}`);
}
