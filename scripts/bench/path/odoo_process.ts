import process from "node:process";
import { Agent, request } from "node:http";
import { childCommand } from "../../demo/child_entry.ts";
import { GuardedChild } from "../../demo/guarded_child.ts";
import type { PostgresServer } from "../../demo/postgres_server.ts";
import { type Command, COMMAND_PATH, type Latencies, type Moment } from "./commands.ts";

/** The Odoo side of the benchmark, seen from outside. */
export class OdooProcess {
  readonly port: number;
  readonly #child: GuardedChild;
  /** What awaits its answer takes minutes; the default agent would give up or keep connections. */
  readonly #agent = new Agent({ keepAlive: false });

  private constructor(port: number, child: GuardedChild) {
    this.port = port;
    this.#child = child;
  }

  static async start(server: PostgresServer): Promise<OdooProcess> {
    let onPort: (port: number) => void = () => {};
    const port = new Promise<number>((resolve) => onPort = resolve);
    const child = await GuardedChild.start({
      command: await childCommand("scripts/bench/path/odoo_side.ts"),
      environment: { ...process.env, ...server.environment() },
      stopSignal: "TERM",
      graceMs: 5_000,
      onErrorLine: (line) => {
        const found = /^port (\d+)$/.exec(line);
        if (found) onPort(Number(found[1]));
        else console.error(line);
      },
    });
    return new OdooProcess(await port, child);
  }

  /** Has a command carried out; answers when it is. */
  async tell(command: Exclude<Command, { kind: "rate" }>): Promise<Moment> {
    return await this.#ask(command) as Moment;
  }

  async latencies(command: Command & { kind: "rate" }): Promise<Latencies> {
    return await this.#ask(command) as Latencies;
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }

  async #ask(command: Command): Promise<unknown> {
    const path = COMMAND_PATH + encodeURIComponent(JSON.stringify(command));
    const text = await new Promise<string>((resolve, reject) => {
      const options = { host: "127.0.0.1", port: this.port, path, agent: this.#agent };
      request(options, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => body += part);
        response.on("end", () => resolve(body));
      }).on("error", reject).end();
    });
    const result = JSON.parse(text);
    if (typeof result.error === "string") {
      throw new Error(`Cannot carry out "${command.kind}" on Odoo's side: ${result.error}`);
    }
    return result;
  }
}
