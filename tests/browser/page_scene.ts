import { Hono } from "hono";
import { type Clock, SystemClock } from "../../src/clock.ts";
import type { JobFinder } from "../../src/job_list.ts";
import { createApp } from "../../src/server/app.ts";
import { routeJobs } from "../../src/server/jobs_routes.ts";
import { LiveView } from "../../src/server/live_view.ts";
import { routePage } from "../../src/server/page_routes.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { type Steer, SteerGuard } from "../../src/server/steer_guard.ts";
import { routeSteering } from "../../src/server/steer_routes.ts";
import { routeView } from "../../src/server/view_routes.ts";
import { routeWhy } from "../../src/server/why_routes.ts";
import type { Steerer } from "../../src/steering.ts";
import type { OverviewFinder, View } from "../../src/view.ts";
import type { Explainer } from "../../src/why.ts";
import { runnerStatus } from "../support/runner_status.ts";

/** What the page shows, made up by a test. */
export interface PageSceneOptions {
  readonly look: () => View;
  readonly finder?: Partial<OverviewFinder>;
  readonly why?: Explainer;
  readonly jobs?: JobFinder;
  /** What is paused, resumed and changed by whoever has the token. */
  readonly steering?: Steerer;
  /** What changing jobs answers, to whoever has the token. */
  readonly steerJobs?: Steer;
  readonly port?: number;
  /** The path that a proxy would take off, as in `/jobs`. */
  readonly prefix?: string;
}

/** The page of a runner that there is not: its server is real, all that it says is made up. */
export class PageScene {
  static readonly TOKEN = "0123456789abcdef";

  private constructor(
    readonly clock: Clock,
    readonly live: LiveView,
    readonly served: Served,
    readonly errors: Error[],
    readonly prefix: string,
  ) {}

  static async serve(options: PageSceneOptions): Promise<PageScene> {
    const { look, finder, why, jobs, steering, steerJobs, port = 0, prefix = "" } = options;
    const clock = new SystemClock();
    const errors: Error[] = [];
    const reportError = (error: Error) => void errors.push(error);
    const app = createApp(() => runnerStatus(), reportError);
    const live = new LiveView({ look, clock, reportError });
    routePage(app);
    routeView(app, live, {
      channels: () => ({ channels: [], count: 0 }),
      databases: () => ({ databases: [], count: 0 }),
      ...finder,
    });
    if (why) routeWhy(app, why);
    if (jobs) routeJobs(app, jobs);
    const guard = new SteerGuard({ token: PageScene.TOKEN, clock, report: () => {} });
    if (steering) routeSteering(app, guard, { status: runnerStatus(), steering });
    if (steerJobs) guard.post(app, "/steer/jobs", steerJobs);
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
