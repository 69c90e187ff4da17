import { Server, Socket } from "node:net";

/** Turns of the event loop that sockets have to end after the last test. */
const TURN_MAX = 200;

/**
 * Counts the sockets and servers of `node:net` that are open, which Deno's sanitizers do not. With
 * the real `@std/testing` nobody counts them.
 */
export class OpenSockets {
  readonly #open = new Set<Socket | Server>();

  constructor() {
    const open = this.#open;
    const connect = Socket.prototype.connect;
    const listen = Server.prototype.listen;
    Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
      open.add(this);
      this.once("close", () => open.delete(this));
      return Reflect.apply(connect, this, args);
    };
    Server.prototype.listen = function (this: Server, ...args: unknown[]) {
      open.add(this);
      this.once("close", () => open.delete(this));
      return Reflect.apply(listen, this, args);
    };
  }

  /** Throws if one stays open, and forgets it, so that it is told once. */
  async expectNone(): Promise<void> {
    for (let turn = 0; this.#open.size > 0 && turn < TURN_MAX; turn++) {
      await new Promise((resolve) => setTimeout(resolve, turn / 10));
    }
    const left = [...this.#open].map((it) => it instanceof Server ? "a server" : "a socket");
    this.#open.clear();
    if (left.length > 0) throw new Error(`Left open by the tests: ${left.join(", ")}`);
  }
}
