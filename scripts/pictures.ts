import { mkdirSync } from "node:fs";
import process from "node:process";
import { HAS_BROWSER, TestBrowser } from "../tests/browser/browser.ts";
import { PageScene } from "../tests/browser/page_scene.ts";
import { sampleScheduler, sampleUuid, sampleView } from "../tests/browser/sample.ts";
import { SampleExplainer } from "../tests/browser/sample_why.ts";
import { pathOf } from "./project.ts";

/* `npm run pictures`: draws the pictures of the README anew, from the page that the tests try. */

const FOLDER = "scripts/pictures";
const WAITING = `#job/shop_de/${sampleUuid("mail.bulk", "pending", 700)}`;
const PICTURES = [
  { name: "page_light", colorScheme: "light", height: 800, place: "" },
  { name: "page_dark", colorScheme: "dark", height: 800, place: "" },
  { name: "why_light", colorScheme: "light", height: 620, place: WAITING },
] as const;

async function main(): Promise<number> {
  if (!HAS_BROWSER) {
    console.error("There is no chromium here: install it, or name one with CHROMIUM=…");
    return 1;
  }
  mkdirSync(pathOf(FOLDER), { recursive: true });
  const nowMs = Date.now();
  const why = new SampleExplainer(sampleScheduler(nowMs), nowMs);
  const scene = await PageScene.serve({ look: () => sampleView(nowMs), why });
  const browser = await TestBrowser.start();
  try {
    for (const { name, colorScheme, height, place } of PICTURES) {
      const viewport = { width: 1200, height };
      const { page } = await browser.open(`${scene.url}${place}`, { colorScheme, viewport });
      await page.getByText("live", { exact: true }).waitFor();
      if (place !== "") await page.locator("dialog .answer").waitFor();
      const path = `${FOLDER}/${name}.png`;
      await page.screenshot({ path: pathOf(path) });
      console.log(path);
    }
    await browser.calm();
  } finally {
    await browser.stop();
    await scene.stop();
  }
  return 0;
}

process.exitCode = await main();
