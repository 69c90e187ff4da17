import { SystemClock } from "../clock.ts";
import type { TopOptions } from "../config/inquiry_options.ts";
import type { Settings } from "../config/settings.ts";
import type { View } from "../view.ts";
import { EXIT_FAILURE, EXIT_OK, type Output } from "./exit.ts";
import { askProcess, healthUrl } from "./running_process.ts";
import type { Terminal } from "./terminal.ts";
import { drawOver } from "./terminal_codes.ts";
import { readable } from "./text_table.ts";
import { type Frame, frameLines, plainView } from "./top_report.ts";

const CLOCK = new SystemClock();
/** A runner that takes longer is as good as lost. */
const LIMIT_MS = 5_000;
/** Ctrl-C as a key, and the end of what is typed. */
const QUIT = ["q", "Q", "\u0003", "\u0004"];

/** `top`: what the running process does, live on a terminal, or as one text after the other. */
export async function top(settings: Settings, options: TopOptions, output: Output) {
  const url = options.url ?? healthUrl(settings);
  const terminal = output.terminal ?? pipeOf(output);
  if (options.isOnce) return await writeOnce(url, output, terminal);
  const end = new AbortController();
  const show = terminal.isScreen
    ? new Screen(url, options.intervalMs, terminal)
    : new Pipe(output, terminal);
  const leave = terminal.enter({
    onKey: (key) => QUIT.includes(key) && end.abort(),
    onResize: () => show.draw(),
    onEnd: () => end.abort(),
  });
  try {
    show.draw();
    while (!end.signal.aborted) {
      await ask(url, end.signal).then((view) => show.update(view), (error) => {
        if (!end.signal.aborted) show.lose(error as Error);
      });
      await pause(options.intervalMs, end.signal);
    }
  } finally {
    leave();
  }
  return EXIT_OK;
}

async function writeOnce(url: string, output: Output, { hasBlocks }: Terminal): Promise<number> {
  try {
    output.write(plainView(await ask(url), hasBlocks));
    return EXIT_OK;
  } catch (error) {
    output.writeError(`${readable((error as Error).message)}\n`);
    return EXIT_FAILURE;
  }
}

async function ask(url: string, signal?: AbortSignal): Promise<View> {
  const { status, value } = await askProcess(url, "/view", {
    limitMs: LIMIT_MS,
    ...signal && { signal },
  });
  if (status === 200) return value as View;
  throw new Error(`The job runner at ${url} has no view to show (status ${status})`);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      timer.cancel();
      signal.removeEventListener("abort", goOn);
      resolve();
    };
    const timer = CLOCK.after(ms, goOn);
    signal.addEventListener("abort", goOn);
    if (signal.aborted) goOn();
  });
}

/** The last view that came, over the whole screen. */
class Screen {
  readonly #terminal: Terminal;
  #frame: Frame;

  constructor(url: string, intervalMs: number, terminal: Terminal) {
    this.#terminal = terminal;
    this.#frame = { url, intervalMs, view: null, lost: null };
  }

  update(view: View): void {
    this.#frame = { ...this.#frame, view, lost: null };
    this.draw();
  }

  lose({ message: reason }: Error): void {
    const nowMs = CLOCK.nowMs();
    const { lost } = this.#frame;
    this.#frame = { ...this.#frame, lost: { reason, sinceMs: lost?.sinceMs ?? nowMs, nowMs } };
    this.draw();
  }

  draw(): void {
    const { write, columns, rows, hasColours, hasBlocks } = this.#terminal;
    const lines = frameLines(this.#frame, rows, hasBlocks);
    write(drawOver(lines, columns, hasColours));
  }
}

/** One view after the other. */
class Pipe {
  readonly #output: Output;
  readonly #terminal: Terminal;
  #isLost = false;

  constructor(output: Output, terminal: Terminal) {
    this.#output = output;
    this.#terminal = terminal;
  }

  update(view: View): void {
    this.#isLost = false;
    this.#output.write(`${plainView(view, this.#terminal.hasBlocks)}\n`);
  }

  /** Said once, whatever the number of tries. */
  lose({ message }: Error): void {
    if (!this.#isLost) this.#output.writeError(`${readable(message)}; trying again\n`);
    this.#isLost = true;
  }

  draw(): void {}
}

function pipeOf({ write }: Output): Terminal {
  return {
    ...{ isScreen: false, hasColours: false, hasBlocks: false, columns: 80, rows: 24 },
    ...{ write, enter: () => () => {} },
  };
}
