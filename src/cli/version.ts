import { EXIT_OK, type Write } from "./exit.ts";

/** `--version`. */
export function version(runnerVersion: string, write: Write): number {
  write(`odoo-jobrunner ${runnerVersion}\n`);
  return EXIT_OK;
}
