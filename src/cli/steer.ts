import type { SteerOptions } from "../config/steer_options.ts";
import type { Settings } from "../config/settings.ts";
import type { RunnerPhase } from "../status.ts";
import type { SteerTarget } from "../steering.ts";
import { EXIT_FAILURE, EXIT_HELD_BACK, EXIT_OK, EXIT_WRONG_SETTINGS, type Output } from "./exit.ts";
import { orderToken } from "./order_token.ts";
import { healthUrl, orderProcess, OrderRefused } from "./running_process.ts";
import { readable } from "./text_table.ts";

/** `pause` and `resume`: has the running process do so. */
export async function steer(
  action: "pause" | "resume",
  settings: Settings,
  options: SteerOptions,
  { write, writeError }: Output,
): Promise<number> {
  const fail = (error: unknown, code: number) => {
    writeError(`${readable((error as Error).message)}\n`);
    return code;
  };
  let token;
  try {
    token = orderToken(settings, options);
  } catch (error) {
    return fail(error, EXIT_WRONG_SETTINGS);
  }
  const { target, by, isJson, url } = options;
  const body = { ...bodyOf(target), ...by === null ? {} : { by } };
  try {
    const path = `/steer/${action}`;
    const answer = await orderProcess(url ?? healthUrl(settings), path, { token, body });
    const { phase } = answer as { phase: RunnerPhase };
    write(isJson ? `${JSON.stringify(answer)}\n` : draw(action, target, phase));
    return EXIT_OK;
  } catch (error) {
    return fail(error, error instanceof OrderRefused ? EXIT_HELD_BACK : EXIT_FAILURE);
  }
}

function bodyOf({ what, name }: SteerTarget): object {
  return what === "everything" ? { everything: true } : { [what]: name };
}

function draw(action: "pause" | "resume", { what, name }: SteerTarget, phase: RunnerPhase): string {
  const subject = name === null ? what : `${what} ${readable(name)}`;
  const done = `${action === "pause" ? "Paused" : "Resumed"}: ${subject}\n`;
  return phase === "running"
    ? done
    : `${done}This job runner does not lead (${phase}): it counts when it does\n`;
}
