import { createServer, type Server, type Socket } from "node:net";

/** One GET that waits for its answer. */
export interface PlainRequest {
  /** As in `/queue_job/runjob?db=shop&job_uuid=…`. */
  readonly path: string;
  answer(body: string): void;
}

const BACKLOG = 4096;

/**
 * The least of an HTTP server that can stand in for Odoo: a GET a connection, answered 200. One
 * that understands HTTP costs three times as much, and would be what is measured.
 */
export function startPlainServer(onRequest: (request: PlainRequest) => void): Promise<Server> {
  return listening((socket) => {
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      if (!text.includes("\r\n\r\n")) return;
      onRequest({ path: pathOf(text), answer: (body) => answer(socket, body) });
    });
  });
}

/** A server on a free loopback port. */
export function listening(onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    // A client that goes has its own reasons.
    socket.on("error", () => socket.destroy());
    onSocket(socket);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1", backlog: BACKLOG }, () => resolve(server));
  });
}

export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** The second word of a request. */
export function pathOf(request: string): string {
  const start = request.indexOf(" ") + 1;
  return request.slice(start, request.indexOf(" ", start));
}

function answer(socket: Socket, body: string): void {
  socket.end(
    `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}
