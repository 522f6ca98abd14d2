// The clock, and how long the present pause may last.
//
// Two settings, which a compiler replaces by constants: `incremental`, whether marking and sweeping of the mature space
// stop when the pause's budget is used up; `timed`, whether collections are timed for the statistics. Where neither is
// set, the host is never asked for the time.
//
// State: the settings, the budget, when the present pause began and has to end. Times are milliseconds.

import { DEBUG } from "../config";
import { now as hostNow } from "./host";

export let incremental: bool = false;
export let timed: bool = false;

let hurried: bool = false;
let budget: f64 = 0;
let began: f64 = 0;
let deadline: f64 = 0;

/** Chooses; before the heap opens. */
export function chooseIncremental(on: bool): void {
  incremental = on;
}

/** Chooses; before the heap opens. */
export function chooseTimed(on: bool): void {
  timed = on;
}

export function clockOpen(budgetMs: f64): void {
  budget = budgetMs;
}

function now(): f64 {
  return incremental || timed ? hostNow() : 0;
}

/** Debug: from now on every pause is too long already, so that steps are as small as they can be. */
export function setHurried(on: bool): void {
  hurried = on;
}

/** Debug: whether steps are to be as small as they can be. */
export function isHurried(): bool {
  return DEBUG && hurried;
}

/** Begins a pause. */
export function pauseBegin(): void {
  began = now();
  deadline = began + budget;
}

/** What must be done is done: what can wait gets what is left of the budget, and a quarter of it at least. */
export function pauseGoesOn(): void {
  if (!incremental) return;
  const least = now() + budget / 4;
  if (deadline < least) deadline = least;
}

/** Whether the pause has lasted long enough. */
export function isLate(): bool {
  return incremental && (isHurried() || hostNow() >= deadline);
}

/** How long the present pause has lasted. */
export function pauseMs(): f64 {
  return now() - began;
}

/** Whether more than `percent` of the budget is used up. */
export function usedMoreThan(percent: f64): bool {
  return incremental && !isHurried() && pauseMs() * 100 > budget * percent;
}
