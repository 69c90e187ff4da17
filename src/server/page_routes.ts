import type { Context, Hono } from "hono";
import { PAGE_HTML, PAGE_SCRIPT, PAGE_STYLE } from "./page_files.ts";

/** What the page may do: load what comes from here, and nothing that stands in it. */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join("; ");

/**
 * Adds the page for people (src/page): `/`, and what it is made of beside it. Its addresses are
 * relative, so that it works below any path that ends with a slash.
 */
export function routePage(app: Hono): void {
  const serve = (path: string, type: string, text: string) => {
    app.get(path, (context: Context) =>
      context.body(text, 200, {
        "content-type": `${type}; charset=utf-8`,
        "content-security-policy": POLICY,
      }));
  };
  serve("/", "text/html", PAGE_HTML);
  serve("/page.js", "text/javascript", PAGE_SCRIPT);
  serve("/page.css", "text/css", PAGE_STYLE);
}
