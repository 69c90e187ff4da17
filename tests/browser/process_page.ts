import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import type { HostProcess } from "../support/host_process.ts";
import { ProcessScene } from "../support/process_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import { TestBrowser } from "./browser.ts";

/** The page of a running process, and the token that lets it change things. */
export class ProcessPage {
  static readonly TOKEN = "0123456789abcdef0123456789abcdef";
  readonly #folder = mkdtempSync(join(tmpdir(), "jobrunner-token-"));
  readonly #tokenFile = join(this.#folder, "token");
  #host: HostProcess | null = null;
  #page: Page | null = null;

  private constructor(readonly browser: TestBrowser, readonly scene: ProcessScene) {
    writeFileSync(this.#tokenFile, ProcessPage.TOKEN, { mode: 0o600 });
  }

  static async start(): Promise<ProcessPage> {
    const [browser, scene] = await Promise.all([TestBrowser.start(), ProcessScene.start()]);
    return new ProcessPage(browser, scene);
  }

  get host(): HostProcess {
    if (this.#host === null) throw new Error("no process runs");
    return this.#host;
  }

  get page(): Page {
    if (this.#page === null) throw new Error("no page is open");
    return this.#page;
  }

  /** Runs the process for one database, and opens its page. */
  async open(database: TestDatabase, options: { readonly hasToken: boolean }): Promise<void> {
    const args = options.hasToken ? ["--admin-token-file", this.#tokenFile] : [];
    const host = await this.scene.serve(database, { args, mayWrite: false });
    const [, url] = await host.untilLine(/health server: (http:\/\/127\.0\.0\.1:\d+)\/status/);
    await host.untilLine(/database connections ready/);
    this.#host = host;
    this.#page = (await this.browser.open(`${url}/`)).page;
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  async signIn(token = ProcessPage.TOKEN): Promise<void> {
    await this.button("Read-only: sign in").click();
    await this.page.getByLabel("The token of --admin-token-file").fill(token);
    await this.page.getByLabel("Your name, for the log").fill("Anna");
    await this.button("Sign in").click();
  }

  /** After a test: closes the page and ends the process. */
  async calm(): Promise<void> {
    this.#host = this.#page = null;
    await this.browser.calm();
    await this.scene.calm();
  }

  async stop(): Promise<void> {
    await this.browser.stop();
    await this.scene.stop();
    rmSync(this.#folder, { recursive: true });
  }
}
