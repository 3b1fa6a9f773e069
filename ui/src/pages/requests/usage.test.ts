import { afterEach, describe, expect, it } from 'vitest';
import { requestOf } from '../../dev/samples';
import { useLanguage } from '../../text/i18n.svelte';
import { costOf, pricesText, tokensOf } from './usage';

afterEach(() => useLanguage('en'));

describe('the tokens of a request', () => {
  it('tell the share of the cache and what was reasoning', () => {
    expect(tokensOf(requestOf(1, 0, {}))).toEqual(['48,211 in, 44,032 of it from the cache (91%)', '1,204 out, 832 of it reasoning']);
  });

  it('say nothing of reasoning where none was counted, and say so where nothing was', () => {
    expect(tokensOf(requestOf(1, 0, { cached_tokens: null, reasoning_tokens: null }))).toEqual(['48,211 in, 0 of it from the cache (0%)', '1,204 out']);
    expect(tokensOf(requestOf(1, 0, { input_tokens: null }))).toEqual(['not counted']);
  });
});

describe('what a request would have cost', () => {
  it('is said to be no bill, with the source of its prices and their day', async () => {
    expect(costOf(requestOf(1, 0, {}))).toBe('$0.0584, by way of comparison: this is no bill');
    const source = { package: 'genai-prices', version: '0.2.3', date: '2026-11-27' };
    expect(pricesText(source)).toMatch(/not a bill.* genai-prices 0\.2\.3, taken on Nov 27, 2026\./);
    await useLanguage('vi');
    expect(costOf(requestOf(1, 0, {}))).toBe('0,0584\u00a0US$, chỉ để so sánh: đây không phải hóa đơn');
  });

  it('is no zero for a model without a price, and nothing at all where nothing was counted', () => {
    expect(costOf(requestOf(1, 0, { at_api_prices_micro_usd: null }))).toBe('this model has no price');
    expect(costOf(requestOf(1, 0, { at_api_prices_micro_usd: null, input_tokens: null }))).toBeNull();
  });
});
