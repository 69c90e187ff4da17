import { start } from "../../src/cli/start.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { inspectSettings, loadSettings } from "../../src/config/settings.ts";
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
  reload = (): void => this.exit(129);
  isListening = false;
  /** What its settings are made of. */
  given: Given = {};

  readonly onSignal = (callback: () => void) => {
    this.signal = callback;
    this.isListening = true;
    return () => void (this.isListening = false);
  };
  readonly onReload = (callback: () => void) => {
    const { reload } = this;
    this.reload = callback;
    return () => void (this.reload = reload);
  };
  readonly onUncaught = (callback: (error: unknown) => void) => {
    this.fail = callback;
    return () => {};
  };
  readonly exit = (code: number) => void this.exits.push(code);
  readonly writeLog = (chunk: string) => void (this.text += chunk);

  readonly readSettings = () => inspectSettings(fakeMachine(this.given));

  /** Resolves with the exit code. */
  start(given: Given): Promise<number> {
    this.given = given;
    return start(loadSettings(fakeMachine(given)), "1", this);
  }

  untilLog(wanted: RegExp): Promise<RegExpExecArray> {
    return until(`it says ${wanted}`, () => wanted.exec(this.text));
  }
}
