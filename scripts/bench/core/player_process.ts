import process from "node:process";
import { createInterface } from "node:readline";
import { reset } from "./player.ts";
import { ALL_SCENARIOS } from "./scenarios.ts";
import { collectGarbage } from "./stopwatch.ts";
import { SUBJECTS } from "./subjects.ts";

/*
 * One scheduler with one scenario, in a process of its own: plays it for every line that it reads,
 * and prints the Play. Usage: player_process SUBJECT SCENARIO
 */

const [subjectName, scenarioName] = process.argv.slice(2);
const subject = SUBJECTS.find((it) => it.name === subjectName)!;
const scenario = ALL_SCENARIOS.find((it) => it.name === scenarioName)!;
const jobs = scenario.jobs();
let player = subject.start(scenario.channels, jobs);
for await (const _ of createInterface({ input: process.stdin })) {
  if (scenario.isAnew) player = subject.start(scenario.channels, jobs);
  else reset(player, jobs);
  collectGarbage();
  console.log(JSON.stringify(scenario.play(player)));
}
