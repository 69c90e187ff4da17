import { DEFAULT_ORIGIN, type Draft } from "./draft.ts";
import type { Machine } from "./machine.ts";
import { type OdooFile, readOdooFile } from "./odoo_file.ts";
import type { Sources } from "./sources.ts";

const USUAL_FILES = [".odoorc", ".openerp_serverrc"];

/** Odoo's file as it was found. */
export interface ConfigFile {
  readonly path: string;
  readonly content: OdooFile;
}

/**
 * Finds and reads Odoo's file: the one that is named, else the first of the usual ones in the home
 * directory.
 */
export function readConfigFile(
  draft: Draft,
  sources: Sources,
  machine: Machine,
): ConfigFile | null {
  const [named] = sources.of("configFile");
  const paths = named === undefined
    ? USUAL_FILES.map((name) => `${machine.homeDirectory}/${name}`)
    : [named.text.replace(/^~(?=\/)/, machine.homeDirectory)];
  const origin = named?.origin ?? DEFAULT_ORIGIN;
  for (const path of paths) {
    const text = readText(path, origin, draft, machine);
    if (text === null) continue;
    draft.set("configFile", path, origin);
    const content = readOdooFile(text);
    for (const { line, text } of content.mistakes) {
      draft.mistakes.push({ entry: `${path}, line ${line}`, reason: text });
    }
    draft.warnings.push(
      ...content.warnings.map(({ line, text }) => `${path}, line ${line}: ${text}`),
    );
    return { path, content };
  }
  return null;
}

function readText(path: string, origin: string, draft: Draft, machine: Machine): string | null {
  let reason = "there is no such file";
  try {
    const text = machine.readFile(path);
    if (text !== null || origin === DEFAULT_ORIGIN) return text;
  } catch (error) {
    reason = `it cannot be read (${error instanceof Error ? error.message : error})`;
  }
  const entry = origin === DEFAULT_ORIGIN ? path : `${origin}=${path}`;
  draft.mistakes.push({ entry, reason: `${reason}; give one as in --config=/etc/odoo/odoo.conf` });
  return null;
}
