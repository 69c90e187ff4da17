import type { Clock } from "../clock.ts";
import type { ConnectionSettings } from "./connection.ts";
import type { SessionLost } from "./session_lost.ts";

/** What a session is given, and whom it tells what. */
export interface SessionOptions {
  readonly database: string;
  readonly connection: ConnectionSettings;
  readonly applicationName: string;
  readonly clock: Clock;
  /**
   * A pooler may give each statement another backend: nothing is left behind on any, and nothing of
   * what `run` does counts on one. Default false.
   */
  readonly isPooled?: boolean;
  /** Ends the session, also while it is being opened. */
  readonly signal?: AbortSignal;
  /** A NOTIFY arrived on a channel this session listens to. */
  readonly onNotify?: (channel: string, payload: string) => void;
  /** The backend is gone: called once, unless `end` was called before. */
  readonly onLost?: (reason: SessionLost) => void;
  /** A statement gave way to another transaction and is sent again: told once for each reason. */
  readonly onSetback?: (reason: string) => void;
}
