// What requests of a scene come to; a busy fortnight where the scene has any.
import type { ActivityView, Snapshot, UsageBy, UsageRow, UsageSums, UsageView } from '../api/types';
import { USAGE_BY } from '../api/types';
import { at, days } from './samples';

const NOTHING: UsageSums = {
  requests: 0, counted: 0, input_tokens: 0, cached_tokens: 0, cache_write_tokens: 0, output_tokens: 0, reasoning_tokens: 0, priced: 0,
  at_api_prices_micro_usd: null,
};

/** All that is recorded, but for what has no price or no count. */
const PRICED: UsageSums = {
  requests: 4_702, counted: 4_702, input_tokens: 228_911_402, cached_tokens: 209_874_011, cache_write_tokens: 0, output_tokens: 5_731_009,
  reasoning_tokens: 3_870_633, priced: 4_702, at_api_prices_micro_usd: 278_410_733,
};
const UNPRICED: UsageSums = {
  ...NOTHING, requests: 88, counted: 88, input_tokens: 2_892_711, cached_tokens: 2_456_895, output_tokens: 59_215, reasoning_tokens: 33_485,
};
const UNCOUNTED: UsageSums = { ...NOTHING, requests: 22 };

/** Parts of the priced requests for each recorded day, oldest first; none on the weekend of the 14th. */
const DAYS = [2, 5, 9, 11, 0, 0, 12, 14, 8, 16, 9, 4, 10];
/** Days ago on which a model without a price was tried. */
const TRIED = 5;
const SHARES = [58, 27, 9, 6];

const FIELDS = ['requests', 'counted', 'input_tokens', 'cached_tokens', 'cache_write_tokens', 'output_tokens', 'reasoning_tokens', 'priced'] as const;

function plus(...all: UsageSums[]): UsageSums {
  const costs = all.flatMap(({ at_api_prices_micro_usd: cost }) => (typeof cost === 'number' ? [cost] : []));
  const sums = { ...NOTHING, at_api_prices_micro_usd: costs.length > 0 ? costs.reduce((sum, cost) => sum + cost) : null };
  for (const one of all) for (const field of FIELDS) sums[field] += one[field];
  return sums;
}

/** Whole parts that come to the whole, none of them without requests. */
function split(whole: UsageSums, weights: readonly number[]): UsageSums[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const scaled = (figure: number, index: number) => {
    const upTo = (count: number) => Math.round((figure * weights.slice(0, count).reduce((sum, weight) => sum + weight, 0)) / all);
    return upTo(index + 1) - upTo(index);
  };
  return weights.map((weight, index) => {
    const part = { ...NOTHING };
    for (const field of FIELDS) part[field] = scaled(whole[field], index);
    const cost = whole.at_api_prices_micro_usd;
    return { ...part, at_api_prices_micro_usd: typeof cost === 'number' && weight > 0 ? scaled(cost, index) : null };
  });
}

const dayAgo = (count: number) => at(-days(count)).slice(0, 10);

/** Days with requests, newest first. */
function byDay(span: number): UsageRow[] {
  const parts = split(PRICED, DAYS).map((sums, index) => ({ ago: DAYS.length - 1 - index, sums }));
  const shown = parts.filter(({ ago, sums }) => ago < span && sums.requests > 0).toReversed();
  return shown.map(({ ago, sums }) => {
    const more = ago === TRIED ? [UNPRICED] : ago === 0 ? [UNCOUNTED] : [];
    return { key: dayAgo(ago), sums: plus(sums, ...more) };
  });
}

function keysOf(snapshot: Snapshot, by: Exclude<UsageBy, 'day'>): (string | null)[] {
  const keys: Record<typeof by, (string | null)[]> = {
    client: snapshot.clients.map((client) => client.name),
    tool: ['codex_cli_rs', 'opencode', 'codex_exec', null],
    account: [...snapshot.accounts.slice(0, 3).map((account) => account.name), null],
    model: [...new Set(snapshot.recent.flatMap((request: ActivityView) => (request.model ? [request.model] : [])))],
  };
  return keys[by].slice(0, SHARES.length);
}

export function usageOf(snapshot: Snapshot, query: URLSearchParams): UsageView {
  const by = USAGE_BY.find((one) => one === query.get('by')) ?? 'tool';
  const span = Number(query.get('days') ?? 30);
  const view = { by, from: `${dayAgo(span - 1)}T00:00:00Z`, to: at(0), prices: { package: 'genai-prices', version: '0.2.3', date: '2026-11-27' } };
  if (snapshot.recent.length === 0) return { ...view, recorded_since: null, rows: [], total: NOTHING };
  const ofDays = byDay(span);
  const total = plus(...ofDays.map((row) => row.sums));
  const recorded_since = at(-days(DAYS.length - 1));
  return { ...view, recorded_since, rows: by === 'day' ? ofDays : rowsOf(snapshot, by, total), total };
}

function rowsOf(snapshot: Snapshot, by: Exclude<UsageBy, 'day'>, total: UsageSums): UsageRow[] {
  const unpriced = total.counted > total.priced ? [UNPRICED] : [];
  const rest = [...unpriced, UNCOUNTED].reduce((sums, part) => minus(sums, part), total);
  const keys = keysOf(snapshot, by);
  const rows = split(rest, SHARES.slice(0, keys.length)).map((sums, index) => ({ key: keys[index] ?? null, sums }));
  if (by === 'model') return [...rows, ...unpriced.map((sums) => ({ key: 'codex-auto-review', sums })), { key: null, sums: UNCOUNTED }];
  return rows.map((row, index) => (index === 1 ? { ...row, sums: plus(row.sums, ...unpriced) } : index === 0 ? { ...row, sums: plus(row.sums, UNCOUNTED) } : row));
}

function minus(sums: UsageSums, part: UsageSums): UsageSums {
  const left = { ...sums };
  for (const field of FIELDS) left[field] -= part[field];
  return left;
}
