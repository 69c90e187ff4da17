/// <reference lib="dom" />
import { useEffect, useState } from "preact/hooks";

const KEY = "odoo-jobrunner token";
const CHANGED = "token-changed";

/** The operator's token: kept as long as the tab is open, and nowhere else. */
export function token(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

export function setToken(text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, text);
  } catch {
    // Where nothing may be kept, the page stays read-only.
  }
  dispatchEvent(new Event(CHANGED));
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
