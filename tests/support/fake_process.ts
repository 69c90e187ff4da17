import { start } from "../../src/cli/start.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { loadSettings } from "../../src/config/settings.ts";
import { fakeMachine, type Given } from "../config/fake_machine.ts";
import { until } from "./until.ts";

/** A process of which the test is the operating system. */
export class FakeProcess implements Surroundings {
  /** The log. */
  text = "";
  readonly exits: number[] = [];
  signal = () => {};
  fail: (error: unknown) => void = () => {};
  /** SIGHUP: it ends a process that does not listen. */
  look = (): void => this.exit(129);
  isListening = false;

  readonly onSignal = (callback: () => void) => {
    this.signal = callback;
    this.isListening = true;
    return () => void (this.isListening = false);
  };
  readonly onLook = (callback: () => void) => {
    const { look } = this;
    this.look = callback;
    return () => void (this.look = look);
  };
  readonly onUncaught = (callback: (error: unknown) => void) => {
    this.fail = callback;
    return () => {};
  };
  readonly exit = (code: number) => void this.exits.push(code);
  readonly writeLog = (chunk: string) => void (this.text += chunk);

  /** Resolves with the exit code. */
  start(given: Given): Promise<number> {
    return start(loadSettings(fakeMachine(given)), "1", this);
  }

  untilLog(wanted: RegExp): Promise<RegExpExecArray> {
    return until(`it says ${wanted}`, () => wanted.exec(this.text));
  }
}
