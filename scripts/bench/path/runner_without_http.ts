import process from "node:process";
import { Dispatcher } from "../../../src/dispatch/dispatcher.ts";
import { JobLines, LINES_PORT } from "./job_lines.ts";

/*
 * The runner as it is, arguments and all, but that it asks for jobs by lines instead of HTTP; their
 * port is in the environment.
 */

const lines = new JobLines(Number(process.env[LINES_PORT]));
Dispatcher.prototype.ask = async ({ database, uuid }) => {
  await lines.ask(database, uuid);
  return { kind: "finished" };
};
await import("../../../src/host.ts");
