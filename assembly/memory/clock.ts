// The clock, and the budget of a pause.
//
// A compiler replaces two settings by constants. `gcIncremental`: marking and sweeping of the mature space stop when
// the pause's budget is used up. `gcTimed`: the statistics time collections. Without either, the core never asks the
// host for the time.
//
// State: the settings, the budget, the beginning and the deadline of the present pause. Times are milliseconds.

import { DEBUG } from "../config";
import { now as hostNow } from "./host";

export let gcIncremental: bool = false;
export let gcTimed: bool = false;

let hurried: bool = false;
let budget: f64 = 0;
let began: f64 = 0;
let deadline: f64 = 0;

/** Chooses the setting `gcIncremental`, before the heap opens. */
export function gcChooseIncremental(on: bool): void {
  gcIncremental = on;
}

/** Chooses the setting `gcTimed`, before the heap opens. */
export function gcChooseTimed(on: bool): void {
  gcTimed = on;
}

export function clockOpen(budgetMs: f64): void {
  budget = budgetMs;
}

function now(): f64 {
  return gcIncremental || gcTimed ? hostNow() : 0;
}

/** Debug: makes every pause too long from now on, so that steps are as small as they can be. */
export function setHurried(on: bool): void {
  hurried = on;
}

/** Debug: whether steps are as small as they can be. */
export function isHurried(): bool {
  return DEBUG && hurried;
}

/** Begins a pause. */
export function pauseBegin(): void {
  began = now();
  deadline = began + budget;
}

/**
 * Ends the part of a pause that cannot wait. The rest gets what is left of the budget, but at least a quarter of it.
 */
export function pauseGoesOn(): void {
  if (!gcIncremental) return;
  const least = now() + budget / 4;
  if (deadline < least) deadline = least;
}

/** Whether the present pause has used up its budget. */
export function isLate(): bool {
  return gcIncremental && (isHurried() || hostNow() >= deadline);
}

/** @returns how long the present pause has lasted, in milliseconds; 0 without a clock */
export function pauseMs(): f64 {
  return now() - began;
}

/** Whether the present pause has used more than `percent` of its budget. */
export function usedMoreThan(percent: f64): bool {
  return gcIncremental && !isHurried() && pauseMs() * 100 > budget * percent;
}
