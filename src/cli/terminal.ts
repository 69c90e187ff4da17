import type { EventEmitter } from "node:events";
import process from "node:process";
import { enterScreen } from "./terminal_codes.ts";

/** What a terminal tells whoever shows something on it. */
export interface TerminalEvents {
  readonly onKey: (key: string) => void;
  readonly onResize: () => void;
  /** It is time to end: a signal, or nobody is there to read any more. */
  readonly onEnd: () => void;
}

/** Where a command shows itself that stays for a while. */
export interface Terminal {
  /** Somebody looks on, and what stands there can be drawn over. */
  readonly isScreen: boolean;
  readonly hasColours: boolean;
  /** It has the block elements of Unicode. */
  readonly hasBlocks: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly write: (text: string) => void;
  /**
   * Listens, and takes screen and keyboard if there are any. Answers how to give them back, which
   * the end of the process does as well.
   */
  readonly enter: (events: TerminalEvents) => () => void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** That of this process. */
export const THIS_TERMINAL: Terminal = {
  get isScreen() {
    return process.stdout.isTTY === true && process.env["TERM"] !== "dumb";
  },
  get hasColours() {
    return THIS_TERMINAL.isScreen && !process.env["NO_COLOR"];
  },
  get hasBlocks() {
    const { LC_ALL, LC_CTYPE, LANG } = process.env;
    return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");
  },
  get columns() {
    return process.stdout.columns || 80;
  },
  get rows() {
    return process.stdout.rows || 24;
  },
  write: (text) => void process.stdout.write(text),
  enter: (events) => {
    const stops = [
      ...SIGNALS.map((signal) => listen(process, signal, events.onEnd)),
      listen(process.stdout, "error", events.onEnd),
    ];
    if (THIS_TERMINAL.isScreen) {
      stops.push(
        // Node knows the new size after its own `resize` only, Deno has none.
        listen(process.stdout, "resize", events.onResize),
        listen(process, "SIGWINCH", events.onResize),
        enterKeyboard(events.onKey),
        enterScreen(THIS_TERMINAL.write),
      );
    }
    const leave = () => {
      for (const stop of stops.splice(0)) stop();
    };
    stops.push(listen(process, "exit", leave));
    return leave;
  },
};

function listen(
  emitter: EventEmitter,
  event: string,
  callback: (value: unknown) => void,
): () => void {
  emitter.on(event, callback);
  return () => emitter.off(event, callback);
}

/** Each key at once, Ctrl-C as one of them. */
function enterKeyboard(onKey: (key: string) => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => {};
  stdin.setRawMode(true);
  stdin.resume();
  const stop = listen(stdin, "data", (keys) => {
    for (const key of new TextDecoder().decode(keys as Uint8Array)) onKey(key);
  });
  return () => {
    stop();
    stdin.setRawMode(false);
    stdin.pause();
  };
}
