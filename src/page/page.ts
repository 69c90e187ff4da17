/// <reference lib="dom" />
import { h, render } from "preact";
import { App } from "./app.ts";
import { Feed } from "./feed.ts";

/*
 * The page at `/`, in the browser. It reads what src/view.ts says and draws it anew whenever it
 * changes. Nothing that comes from a job is ever read as HTML: preact makes text nodes.
 */

const draw = () => render(h(App, { feed: feed.shown }), document.body);
const feed = new Feed(draw);
draw();
feed.start();
