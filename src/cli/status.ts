import type { InquiryOptions } from "../config/inquiry_options.ts";
import type { Settings } from "../config/settings.ts";
import type { RunnerStatus } from "../status.ts";
import { EXIT_FAILURE, EXIT_HELD_BACK, EXIT_OK, type Output } from "./exit.ts";
import { askProcess, healthUrl } from "./running_process.ts";
import { drawStatus } from "./status_report.ts";
import { readable } from "./text_table.ts";

/** `status`: one look at the running process. */
export async function status(
  settings: Settings,
  options: InquiryOptions,
  { write, writeError }: Output,
): Promise<number> {
  const url = options.url ?? healthUrl(settings);
  try {
    const answer = await askProcess(url, "/status");
    if (answer.status !== 200) throw new Error(`The job runner at ${url} cannot say its status`);
    const shown = answer.value as RunnerStatus;
    write(options.isJson ? `${JSON.stringify(shown)}\n` : drawStatus(shown));
    return isWell(shown) ? EXIT_OK : EXIT_HELD_BACK;
  } catch (error) {
    writeError(`${readable((error as Error).message)}\n`);
    return EXIT_FAILURE;
  }
}

const TROUBLE: readonly string[] = ["recovering", "quarantined", "foreign"];

/** Nobody has to look after it. */
function isWell({ phase, databases, odoo, scheduler }: RunnerStatus): boolean {
  if (phase === "standby") return true;
  return phase === "running" && odoo.open && scheduler.state === "deciding" &&
    !databases.some((it) => TROUBLE.includes(it.state));
}
