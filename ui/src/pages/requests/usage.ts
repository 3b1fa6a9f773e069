// Tokens and what they would have cost, in words that nobody takes for a bill.
import { t, tCount } from '../../text/i18n.svelte';
import type { ActivityView, PriceSource, UsageSums, UsageView } from '../../api/types';
import { dollars, percent, whole } from '../../text/numbers';
import { day, instant } from '../../text/time';

/** The part of the input that came from the cache. */
export function shareOf(cached: number, input: number): string {
  return percent(input > 0 ? cached / input : 0);
}

/** Whose prices they are, of when, and that they are no bill. */
export function pricesText(prices: PriceSource): string {
  return t('usage.prices', { package: prices.package, version: prices.version, date: day(prices.date) });
}

/** How far back the record goes; `null` where sums cover all that was asked for. */
export function sinceText(usage: UsageView): string | null {
  const since = instant(usage.recorded_since);
  const cutShort = since !== null && since > (instant(usage.from) ?? since);
  return cutShort ? t('usage.recorded_since', { date: day(since) }) : null;
}

/** How many requests have no part in the tokens; `null` where all have. */
export function uncountedText(sums: UsageSums): string | null {
  const uncounted = sums.requests - sums.counted;
  return uncounted > 0 ? tCount('usage.uncounted', uncounted, { n: whole(uncounted) }) : null;
}

/** What went in and what came out, as two phrases; one that says so where nothing was counted. */
export function tokensOf(request: ActivityView): string[] {
  const { input_tokens: input, output_tokens: output, reasoning_tokens: reasoning } = request;
  if (typeof input !== 'number') return [t('requests.tokens_unknown')];
  const cached = request.cached_tokens ?? 0;
  const into = t('requests.tokens_in', { input: whole(input), cached: whole(cached), share: shareOf(cached, input) });
  const out = whole(output ?? 0);
  const thought = typeof reasoning === 'number' && reasoning > 0;
  return [into, thought ? t('requests.tokens_out_reasoning', { output: out, reasoning: whole(reasoning) }) : t('requests.tokens_out', { output: out })];
}

/** What the tokens would have cost; `null` where nothing was counted. A model without a price is said to have none. */
export function costOf(request: ActivityView): string | null {
  if (typeof request.at_api_prices_micro_usd === 'number') {
    return t('requests.at_api_prices_text', { money: dollars(request.at_api_prices_micro_usd) });
  }
  const counted = typeof request.input_tokens === 'number' && typeof request.output_tokens === 'number';
  return counted ? t('requests.no_price') : null;
}
