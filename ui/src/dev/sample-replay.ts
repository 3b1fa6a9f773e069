// A made-up what-if for the mock: plausible figures that follow from the pool and from who is left out.
import type { ScenarioView, Snapshot, Strategy, WhatIfView } from '../api/types';
import { STRATEGIES } from '../api/types';
import { at, hours } from './samples';

/** How many hours are replayed; they end where the scene begins. */
const RECORDED = 26;
const REQUESTS = 412;

interface Course {
  /** Share of the requests that each account gets, owner first; the rest go to the last. */
  shares: readonly number[];
  breaks: number;
  /** Hours for which the account with the greatest share is exhausted. */
  dry: number;
}

const COURSES: Record<Strategy | 'recorded', Course> = {
  recorded: { shares: [0.46, 0.38, 0.16], breaks: 9, dry: 2.2 },
  primary_first: { shares: [0.71, 0.24, 0.05], breaks: 7, dry: 3.1 },
  round_robin: { shares: [0.36, 0.34, 0.3], breaks: 11, dry: 1.6 },
  priority_order: { shares: [0.68, 0.27, 0.05], breaks: 8, dry: 2.9 },
  most_headroom: { shares: [0.41, 0.39, 0.2], breaks: 5, dry: 0 },
  soonest_reset: { shares: [0.3, 0.48, 0.22], breaks: 6, dry: 0.7 },
};

function scenario(strategy: Strategy | null, accounts: readonly string[], crowd: number): ScenarioView {
  const { shares, breaks, dry } = COURSES[strategy ?? 'recorded'];
  const weights = accounts.map((_, index) => shares[index % shares.length] ?? 0.1);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const busiest = weights.indexOf(Math.max(...weights));
  const hoursDry = dry + 3 * (crowd - 1);
  const span = (from: number, length: number) => ({ from: at(-hours(from)), to: at(-hours(from - length)) });
  const unserved = Math.max(0, Math.round((crowd - 1.4) * 30));
  return {
    strategy,
    accounts: accounts.map((account, index) => ({
      account,
      requests: Math.round(((REQUESTS - unserved) * (weights[index] ?? 0)) / sum),
      dry: index === busiest && hoursDry > 0 ? [span(19, hoursDry * 0.6), span(5, Math.min(4.5, hoursDry * 0.4))] : index === accounts.length - 1 && dry > 2 ? [span(9, 1.3)] : [],
    })),
    cache_breaks: Math.round(breaks * crowd),
    cached_tokens_lost: Math.round(breaks * crowd * 40_500),
    unserved,
    dry_seconds: unserved * 70,
  };
}

/** `null` for an account that owns no pool. */
export function replayOf(snapshot: Snapshot, owner: string, without: readonly string[]): WhatIfView | null {
  const pool = snapshot.pools.find((one) => one.owner === owner);
  if (!pool) return null;
  const all = [owner, ...pool.extra_provider_names];
  const kept = all.filter((name) => !without.includes(name));
  const recorded = snapshot.recent.length > 0;
  const crowd = all.length / Math.max(1, kept.length);
  return {
    owner,
    from: recorded ? at(-hours(RECORDED)) : null,
    to: recorded ? at(0) : null,
    requests: recorded ? REQUESTS : 0,
    conversations: recorded ? 38 : 0,
    without: [...without],
    recorded: scenario(null, all, 1),
    scenarios: recorded ? STRATEGIES.map((strategy) => scenario(strategy, kept, crowd)) : [],
    assumptions: ['burn_guessed', 'no_token_counts'],
  };
}
