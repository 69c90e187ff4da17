import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/**
 * Of Debian's packages; others may be named. First the one that never has a window: a page costs it
 * a quarter of the time.
 */
const PATHS = [
  ...[process.env["CHROMIUM"] ?? "", "/usr/bin/chromium-headless-shell", "/usr/bin/chromium"],
  "/usr/bin/chromium-browser",
];
const PATH = PATHS.find((it) => it !== "" && existsSync(it)) ?? null;
/** It talks to nobody but the page. */
const QUIET = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update"],
];

/** Whether there is a browser to try the page in; where there is none, its tests are skipped. */
export const HAS_BROWSER: boolean = PATH !== null;

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RUN_AXE = `axe.run({ resultTypes: ["violations"] }).then((it) => it.violations)`;

/** A page, and what the browser complained of. */
export interface Tab {
  readonly page: Page;
  readonly complaints: string[];
}

/** A real browser. */
export class TestBrowser {
  readonly #browser: Browser;
  readonly #tabs: Tab[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath: PATH!, args: QUIET }));
  }

  /** Opens a page of its own, 1280 wide unless told otherwise. */
  async open(url: string, options: BrowserContextOptions = {}): Promise<Tab> {
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: "reduce",
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const tab: Tab = { page, complaints: [] };
    page.on("pageerror", (error) => tab.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") tab.complaints.push(message.text());
    });
    this.#tabs.push(tab);
    await page.goto(url);
    return tab;
  }

  /** What was complained of is what the test wanted, if it has this text. */
  forgive(text: string): void {
    for (const { complaints } of this.#tabs) {
      const others = complaints.filter((it) => !it.includes(text));
      complaints.splice(0, complaints.length, ...others);
    }
  }

  /** After a test: closes its pages, of which the browser must not have complained. */
  async calm(): Promise<void> {
    const tabs = this.#tabs.splice(0);
    await Promise.all(tabs.map((it) => it.page.context().close()));
    const complaints = tabs.flatMap((it) => it.complaints);
    if (complaints.length > 0) throw new Error(`The browser complains: ${complaints.join("; ")}`);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
  }
}

/** What keeps people from using the page, as axe-core finds it: what is serious or worse. */
export async function barriersOf(page: Page): Promise<string[]> {
  // As a debugger does it: the page itself lets no such script in.
  if (await page.evaluate("typeof axe") === "undefined") await page.evaluate(AXE);
  const violations = await page.evaluate(RUN_AXE) as Violation[];
  return violations
    .filter((it) => ["serious", "critical"].includes(it.impact))
    .map((it) => `${it.id}: ${it.help}: ${it.nodes.map(({ target }) => target).join(", ")}`);
}

/** As `barriersOf`, by day and by night, on a desk and on a telephone; the page stays the last. */
export async function barriersInEveryLook(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 360]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      const barriers = await barriersOf(page);
      found.push(...barriers.map((it) => `${colorScheme}, ${width} wide: ${it}`));
    }
  }
  return found;
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}
