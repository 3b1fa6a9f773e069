// Figures of a what-if, made ready for a table.
import type { DrySpanView, ScenarioView, WhatIfView } from '../../api/types';
import { instant } from '../../text/time';

/** Figures of which less is better. */
export type Cost = 'cache_breaks' | 'cached_tokens_lost' | 'dry_seconds' | 'unserved';

/** Every account that occurs, owner first, in the order in which they occur. */
export function accountsOf(view: WhatIfView): string[] {
  const all = [view.recorded, ...view.scenarios].flatMap((scenario) => scenario.accounts.map((one) => one.account));
  return [...new Set(all)];
}

/** The least of a figure over the strategies; `null` where they do not differ. */
export function leastOf(scenarios: readonly ScenarioView[], cost: Cost): number | null {
  const figures = scenarios.map((scenario) => scenario[cost]);
  const least = Math.min(...figures);
  return figures.some((figure) => figure !== least) ? least : null;
}

/** Where a dry time lies on a strip that runs from 0 to 100. */
export interface Stretch {
  start: number;
  width: number;
}

/** Dry times as stretches of the replayed time, cut at its ends. */
export function stretchesOf(dry: readonly DrySpanView[], view: WhatIfView): Stretch[] {
  const from = instant(view.from);
  const to = instant(view.to);
  if (from === null || to === null || to <= from) return [];
  const place = (text: string) => ((Math.min(Math.max(instant(text) ?? from, from), to) - from) / (to - from)) * 100;
  const stretches = dry.map((span) => ({ start: place(span.from), width: place(span.to) - place(span.from) }));
  return stretches.filter((stretch) => stretch.width > 0);
}

/** Leaves an account out, or takes it in again; the last one stays in. */
export function toggled(without: readonly string[], name: string, all: readonly string[]): string[] {
  if (without.includes(name)) return without.filter((one) => one !== name);
  return all.every((one) => one === name || without.includes(one)) ? [...without] : [...without, name];
}
