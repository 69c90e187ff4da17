/// <reference lib="dom" />
import { useEffect, useState } from "preact/hooks";

const TOKEN = "odoo-jobrunner token";
const NAME = "odoo-jobrunner operator";
const CHANGED = "token-changed";

/** The operator's token: kept as long as the tab is open, and nowhere else. */
export function token(): string {
  return kept(TOKEN);
}

/** Who the log and `why` say it was; the address, if nobody says. */
export function operatorName(): string {
  return kept(NAME);
}

export function signIn(text: string, name: string): void {
  keep(TOKEN, text);
  keep(NAME, name);
  dispatchEvent(new Event(CHANGED));
}

export function signOut(): void {
  signIn("", "");
}

function kept(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function keep(key: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // Where nothing may be kept, the page stays read-only.
  }
}

export function useToken(): string {
  const [text, setText] = useState(token);
  useEffect(() => {
    const note = () => setText(token());
    addEventListener(CHANGED, note);
    return () => removeEventListener(CHANGED, note);
  }, []);
  return text;
}
