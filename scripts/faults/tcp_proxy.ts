import type { Buffer } from "node:buffer";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout } from "node:timers";

export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/** What flows through one connection, seen by the one who may hold it up. */
export interface Passage {
  readonly link: ProxiedLink;
  /** From the client to the server. */
  readonly isRequest: boolean;
  readonly bytes: Buffer;
}

/**
 * A proxy of our own on loopback, between the runner and PostgreSQL or Odoo, that does to its
 * connections what networks, firewalls and poolers do:
 *
 *   passing     both ways, after `delayMs`
 *   half-open   what either side sends vanishes, and neither hears that the other hangs up
 *   cut         both sides see the end, with or without a reset
 *   refusing    new connections only: the port is closed
 */
export class TcpProxy {
  /** The connections that are open on the client's side. */
  readonly links = new Set<ProxiedLink>();
  /** Connections so far. */
  connectionCount = 0;
  /** Answers what of these bytes goes on; null: nothing. */
  filter: ((passage: Passage) => Buffer | null) | null = null;
  /** A client has sent its first bytes. */
  onOpening: ((link: ProxiedLink) => void) | null = null;
  /** Every piece waits this long, in order. */
  delayMs = 0;
  /** What a new connection is; those that are open stay as they are. */
  isSwallowingNew = false;
  readonly #target: ProxyTarget;
  #server: Server | null = null;
  #port = 0;

  private constructor(target: ProxyTarget) {
    this.#target = target;
  }

  static async before(target: ProxyTarget): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await proxy.accept();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** Takes new connections, as at the start. */
  accept(): Promise<void> {
    if (this.#server) return Promise.resolve();
    const server = this.#server = createServer((client) => this.#take(client));
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", () => {
        this.#port = (server.address() as { port: number }).port;
        resolve();
      });
    });
  }

  /** Refuses new connections; those that are open stay. */
  refuse(): void {
    this.#server?.close();
    this.#server = null;
  }

  /** Lets the connections that are open now vanish without a word: half-open on both sides. */
  swallow(links: Iterable<ProxiedLink> = this.links): void {
    for (const link of links) link.swallow();
  }

  /** Ends connections on both sides. */
  cut(options: { readonly withReset: boolean }): void {
    for (const link of this.links) link.cut(options);
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = server && new Promise((resolve) => server.close(resolve));
    for (const link of [...this.links]) link.destroy();
    await closed;
  }

  #take(client: Socket): void {
    this.connectionCount++;
    const link = new ProxiedLink(this, client, connect(this.#target));
    this.links.add(link);
    if (this.isSwallowingNew) link.swallow();
  }
}

/** One connection through the proxy. */
export class ProxiedLink {
  /** What the client has sent first, for telling connections apart. */
  opening = "";
  readonly #proxy: TcpProxy;
  readonly #client: Socket;
  readonly #server: Socket;
  #isSwallowing = false;
  #openSides = 2;

  constructor(proxy: TcpProxy, client: Socket, server: Socket) {
    this.#proxy = proxy;
    this.#client = client;
    this.#server = server;
    client.setNoDelay(true);
    server.setNoDelay(true);
    this.#join(client, server, true);
    this.#join(server, client, false);
  }

  /** Our port towards the server: what it knows its client by. */
  get clientPort(): number | null {
    return this.#server.localPort ?? null;
  }

  /** Whether the client has hung up. */
  get isLeft(): boolean {
    return this.#client.destroyed;
  }

  swallow(): void {
    this.#isSwallowing = true;
  }

  cut({ withReset }: { readonly withReset: boolean }): void {
    for (const socket of [this.#client, this.#server]) {
      if (withReset) socket.resetAndDestroy();
      else socket.end();
    }
  }

  /** Speaks for the server. */
  answer(bytes: Buffer): void {
    this.#client.write(bytes);
  }

  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #join(from: Socket, to: Socket, isRequest: boolean): void {
    from.on("data", (bytes: Buffer) => {
      if (this.#isSwallowing) return;
      const { filter, onOpening } = this.#proxy;
      if (isRequest && this.opening === "") {
        this.opening = bytes.toString("latin1");
        onOpening?.(this);
      }
      const rest = filter ? filter({ link: this, isRequest, bytes }) : bytes;
      if (rest) this.#afterDelay(() => !this.#isSwallowing && !to.destroyed && to.write(rest));
    });
    // Its close follows.
    from.on("error", () => {});
    from.once("close", () => {
      if (--this.#openSides === 0) this.#proxy.links.delete(this);
      // In a black hole the other side never hears of it.
      if (!this.#isSwallowing) this.#afterDelay(() => to.end());
    });
  }

  #afterDelay(pass: () => void): void {
    if (this.#proxy.delayMs === 0) pass();
    else setTimeout(pass, this.#proxy.delayMs);
  }
}
