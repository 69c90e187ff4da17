import { request } from "node:http";
import type { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";

export interface Answer {
  /** Null: the connection was closed without a byte. */
  readonly status: number | null;
  readonly body: string;
  readonly cookie: string | null;
}

/** One GET on a connection of its own, never repeated. Rejects only when nobody listens. */
export function get(
  odoo: StandInOdoo,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const address = { host: "127.0.0.1", port: odoo.port, path, headers, agent: false };
    const sent = request({ ...address, ...(signal === undefined ? {} : { signal }) });
    sent.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") reject(error);
      else resolve({ status: null, body: "", cookie: null });
    });
    sent.on("response", (response) => {
      const chunks: string[] = [];
      response.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
      response.on("end", () => {
        const cookie = response.headers["set-cookie"]?.[0]?.split(";")[0] ?? null;
        resolve({ status: response.statusCode ?? 0, body: chunks.join(""), cookie });
      });
    });
    sent.end();
  });
}
