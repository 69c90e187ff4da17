import { connect, type Server, type Socket } from "node:net";
import { listening } from "./plain_server.ts";

/*
 * Jobs that are asked for without HTTP, to tell what HTTP costs: on one connection, a line
 * `uuid database` for each job, answered by `uuid`.
 */

/** The variable that tells the port to a runner without HTTP. */
export const LINES_PORT = "BENCH_LINES_PORT";

/** Odoo's end of the lines. */
export function startLineServer(
  onJob: (database: string, uuid: string, answer: () => void) => void,
): Promise<Server> {
  return listening((socket) => {
    const answers = new LineWriter(socket);
    readLines(socket, (line) => {
      const [uuid, database] = line.split(" ");
      onJob(database!, uuid!, () => answers.add(uuid!));
    });
  });
}

/** A runner's end of the lines. */
export class JobLines {
  readonly #asked = new Map<string, () => void>();
  readonly #lines: LineWriter;

  constructor(port: number) {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    // A runner that has stopped is not to be kept by it.
    socket.unref();
    this.#lines = new LineWriter(socket);
    readLines(socket, (uuid) => {
      this.#asked.get(uuid)?.();
      this.#asked.delete(uuid);
    });
  }

  /** Resolves when the job is over. */
  ask(database: string, uuid: string): Promise<void> {
    this.#lines.add(`${uuid} ${database}`);
    return new Promise((resolve) => this.#asked.set(uuid, resolve));
  }
}

/** Writes the lines of one turn of the event loop together. */
class LineWriter {
  readonly #socket: Socket;
  #text = "";

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  add(line: string): void {
    if (this.#text === "") setImmediate(() => this.#write());
    this.#text += `${line}\n`;
  }

  #write(): void {
    this.#socket.write(this.#text, "latin1");
    this.#text = "";
  }
}

function readLines(socket: Socket, onLine: (line: string) => void): void {
  let rest = "";
  socket.on("data", (bytes) => {
    const lines = (rest + bytes.toString("latin1")).split("\n");
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
  });
}
