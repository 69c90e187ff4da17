import type { Draft } from "./draft.ts";
import type { Machine } from "./machine.ts";

/** Shorter ones can be guessed. */
const LENGTH_MIN = 16;

/** The token in the text of its file. */
export function readAdminToken(text: string): string {
  return text.trim();
}

/** The file of the token can be read, and what stands in it can be used. */
export function checkAdminToken(draft: Draft, machine: Machine): void {
  const path = draft.values.adminTokenFile;
  if (path === null) return;
  const origin = draft.origins.adminTokenFile;
  const refuse = (reason: string) => draft.refuse("adminTokenFile", origin, path, reason);
  try {
    const text = machine.readFile(path);
    if (text === null) return refuse("there is no such file");
    const token = readAdminToken(text);
    if (token.length < LENGTH_MIN || !/^[\x21-\x7e]+$/.test(token)) {
      return refuse(
        `one line with at least ${LENGTH_MIN} letters and digits is wanted in it, as ` +
          "openssl rand -hex 32 writes it",
      );
    }
    if (machine.isReadableByAll(path)) {
      draft.warnings.push(
        `${origin}=${path}: every user of this machine can read the token: chmod 600 ${path}`,
      );
    }
  } catch (error) {
    refuse(`it cannot be read (${error instanceof Error ? error.message : error})`);
  }
}
