import process from "node:process";
import { Agent, request } from "node:http";
import { childCommand } from "../../demo/child_entry.ts";
import { GuardedChild } from "../../demo/guarded_child.ts";
import type { PostgresServer } from "../../demo/postgres_server.ts";
import { type Command, COMMAND_PATH, type Latencies, type Moment } from "./commands.ts";

interface Ports {
  readonly http: number;
  readonly lines: number;
}

/** More than any command takes: whoever waits longer waits for a job that is lost. */
const DEADLINE_MS = 600_000;

/** The Odoo side of the benchmark, seen from outside. */
export class OdooProcess {
  readonly port: number;
  /** Where jobs are asked for by lines. */
  readonly linesPort: number;
  readonly #child: GuardedChild;
  /** The default agent would keep connections. */
  readonly #agent = new Agent({ keepAlive: false });

  private constructor(ports: Ports, child: GuardedChild) {
    this.port = ports.http;
    this.linesPort = ports.lines;
    this.#child = child;
  }

  static async start(server: PostgresServer): Promise<OdooProcess> {
    let onPorts: (ports: Ports) => void = () => {};
    const ports = new Promise<Ports>((resolve) => onPorts = resolve);
    const child = await GuardedChild.start({
      command: await childCommand("scripts/bench/path/odoo_side.ts"),
      environment: { ...process.env, ...server.environment() },
      stopSignal: "TERM",
      graceMs: 5_000,
      onErrorLine: (line) => {
        const found = /^ports (\d+) (\d+)$/.exec(line);
        if (found) onPorts({ http: Number(found[1]), lines: Number(found[2]) });
        else console.error(line);
      },
    });
    return new OdooProcess(await ports, child);
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
      const asked = request({ ...options, timeout: DEADLINE_MS }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => body += part);
        response.on("end", () => resolve(body));
      });
      asked.on("timeout", () => asked.destroy(new Error(`"${command.kind}" takes too long`)));
      asked.on("error", reject).end();
    });
    const result = JSON.parse(text);
    if (typeof result.error === "string") {
      throw new Error(`Cannot carry out "${command.kind}" on Odoo's side: ${result.error}`);
    }
    return result;
  }
}
