import { codeOf } from "./session_lost.ts";
import { type ConnectionSettings, type OneServer, serversOf } from "./connection.ts";

/** A session, as far as it counts for the choice of its server. */
interface Reached {
  /** In recovery, or told to write nothing. */
  readonly isReadOnly: boolean;
  end(): Promise<void>;
}

/** The server asked for knows us and says no: the next one would say the same. */
const NOT_LET_IN = /^(28\w{3}|3D000|42501)$/;

/**
 * Which server of these settings was chosen last: after a failover not every session has to wait
 * for the one that is gone.
 */
const lastChosen = new WeakMap<ConnectionSettings, number>();

/**
 * Opens a session on the first server that may be written to, as libpq does with
 * `target_session_attrs=prefer-primary`: one that can only be read serves when there is no other.
 *
 * @throws {Error} As the last server has refused, or the first that does not let us in.
 */
export async function openOnWritable<T extends Reached>(
  settings: ConnectionSettings,
  open: (server: OneServer) => Promise<T>,
): Promise<T> {
  const servers = serversOf(settings);
  const first = lastChosen.get(settings) ?? 0;
  let spare: T | null = null;
  let refusal: unknown;
  for (let tried = 0; tried < servers.length; tried++) {
    const index = (first + tried) % servers.length;
    try {
      const reached = await open(servers[index]!);
      if (!reached.isReadOnly) {
        await spare?.end();
        lastChosen.set(settings, index);
        return reached;
      }
      if (spare) await reached.end();
      else spare = reached;
    } catch (error) {
      refusal = inWords(error, servers[index]!);
      if (NOT_LET_IN.test(codeOf(error))) break;
    }
  }
  if (spare) return spare;
  throw refusal;
}

/** The driver says neither how long it has waited nor for whom. */
function inWords(error: unknown, { connectTimeoutMs }: OneServer): unknown {
  if (codeOf(error) !== "CONNECT_TIMEOUT") return error;
  const seconds = connectTimeoutMs / 1000;
  return new Error(`no answer from the database server within ${seconds} s`, { cause: error });
}
