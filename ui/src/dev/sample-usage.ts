// What requests of a scene come to; a busy month where the scene has any.
import type { Snapshot, UsageSums, UsageView } from '../api/types';
import { at, hours } from './samples';

const NOTHING: UsageSums = {
  requests: 0, counted: 0, input_tokens: 0, cached_tokens: 0, cache_write_tokens: 0, output_tokens: 0, reasoning_tokens: 0, priced: 0,
  at_api_prices_micro_usd: null,
};

const MONTH: UsageSums = {
  requests: 4_812, counted: 4_790, input_tokens: 231_804_113, cached_tokens: 212_330_906, cache_write_tokens: 0, output_tokens: 5_790_224,
  reasoning_tokens: 3_904_118, priced: 4_702, at_api_prices_micro_usd: 278_410_733,
};

export function usageOf(snapshot: Snapshot): UsageView {
  const total = snapshot.recent.length > 0 ? MONTH : NOTHING;
  return {
    by: 'tool',
    from: at(-hours(29 * 24)),
    to: at(0),
    recorded_since: at(-hours(12 * 24)),
    rows: total.requests > 0 ? [{ key: 'codex_exec', sums: total }] : [],
    total,
    prices: { package: 'genai-prices', version: '0.2.3', date: '2026-11-27' },
  };
}
