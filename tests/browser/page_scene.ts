import { Hono } from "hono";
import { type Clock, SystemClock } from "../../src/clock.ts";
import type { JobFinder } from "../../src/job_list.ts";
import type { ChannelOverview } from "../../src/scheduler/mod.ts";
import { createApp } from "../../src/server/app.ts";
import { routeJobs } from "../../src/server/jobs_routes.ts";
import { LiveView } from "../../src/server/live_view.ts";
import { routePage } from "../../src/server/page_routes.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { routeView } from "../../src/server/view_routes.ts";
import { routeWhy } from "../../src/server/why_routes.ts";
import type { View } from "../../src/view.ts";
import type { Explainer } from "../../src/why.ts";
import { runnerStatus } from "../support/runner_status.ts";

/** What the page shows, made up by a test. */
export interface PageSceneOptions {
  readonly look: () => View;
  readonly find?: (search: string, max: number) => ChannelOverview;
  readonly why?: Explainer;
  readonly jobs?: JobFinder;
  readonly port?: number;
  /** The path that a proxy would take off, as in `/jobs`. */
  readonly prefix?: string;
}

/** The page of a runner that there is not: its server is real, all that it says is made up. */
export class PageScene {
  private constructor(
    readonly clock: Clock,
    readonly live: LiveView,
    readonly served: Served,
    readonly errors: Error[],
    readonly prefix: string,
  ) {}

  static async serve(options: PageSceneOptions): Promise<PageScene> {
    const { look, find, why, jobs, port = 0, prefix = "" } = options;
    const clock = new SystemClock();
    const errors: Error[] = [];
    const reportError = (error: Error) => void errors.push(error);
    const app = createApp(() => runnerStatus(), reportError);
    const live = new LiveView({ look, clock, reportError });
    routePage(app);
    routeView(app, live, find ?? (() => ({ channels: [], count: 0 })));
    if (why) routeWhy(app, why);
    if (jobs) routeJobs(app, jobs);
    const outer = prefix === "" ? app : new Hono().mount(prefix, app.fetch);
    const served = await serve({ app: outer, host: "127.0.0.1", port, clock });
    return new PageScene(clock, live, served, errors, prefix);
  }

  get url(): string {
    return `http://127.0.0.1:${this.served.port}${this.prefix}/`;
  }

  async stop(): Promise<void> {
    this.live.stop();
    await this.served.close();
  }
}
