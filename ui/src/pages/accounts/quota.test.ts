import { describe, expect, it } from 'vitest';
import { accountOf } from '../../dev/samples';
import { creditsText, hasMore, moreHoldsBack, onCredits, spendText, verdictOf } from './quota';

const of = (rest: Parameters<typeof accountOf>[2]) => accountOf(1, 'codex-1', rest);

describe('what the provider says', () => {
  it('tells an account that lives on credits from one that is exhausted', () => {
    const paying = of({ limit_reached: true, allowed: true });
    const dry = of({ limit_reached: true, allowed: false });
    expect([paying, dry].map(onCredits)).toEqual([true, false]);
    expect([paying, dry].map(verdictOf)).toEqual(['limit reached, still allowed', 'limit reached, not allowed']);
  });

  it('is not worth a word while all is well or nothing is known', () => {
    expect(verdictOf(of({ limit_reached: false, allowed: true }))).toBeNull();
    expect(verdictOf(of({}))).toBeNull();
    expect(verdictOf(of({ limit_reached: false, allowed: false }))).toBe('not allowed, though no limit is reached');
  });
});

it('credits are told in the provider’s own words', () => {
  expect(creditsText({ has_credits: true, unlimited: false, balance: '12.50' })).toBe('12.50 left');
  expect(creditsText({ has_credits: true, unlimited: false })).toBe('There are some');
  expect(creditsText({ has_credits: false, unlimited: false, balance: '0' })).toBe('None');
  expect(creditsText({ has_credits: true, unlimited: true })).toBe('Without limit');
  expect(creditsText({})).toBe('Not known');
  expect(creditsText({ balance: '3' })).toBe('3 left');
});

it('spending is told with as much as is known', () => {
  expect(spendText({ reached: false, limit: '$50', used: '$12' })).toBe('$12 of $50 spent');
  expect(spendText({ reached: false, used: '$12' })).toBe('$12 spent');
  expect(spendText({ reached: false, used_percent: 24.4, limit: '$50' })).toBe('24% spent');
  expect(spendText({ reached: false, limit: '$50' })).toBe('Limit: $50');
  expect(spendText({ reached: true })).toBeNull();
});

describe('the details of a card', () => {
  it('are there only where there is something to show', () => {
    expect(hasMore(of({}))).toBe(false);
    expect(hasMore(of({ credits: { has_credits: false, unlimited: false }, reset_credits: 0 }))).toBe(false);
    expect(hasMore(of({ limit_reached: true, allowed: false }))).toBe(false);
    expect(hasMore(of({ limit_reached: false, allowed: false }))).toBe(true);
    expect(hasMore(of({ reset_credits: 2 }))).toBe(true);
    expect(hasMore(of({ spend: { reached: false } }))).toBe(true);
  });

  it('call for a look where something in them holds requests back', () => {
    const limit = { name: 'gpt-5.6-spark', windows: [], allowed: true, limit_reached: false };
    expect(moreHoldsBack(of({ extra_limits: [limit] }))).toBe(false);
    expect(moreHoldsBack(of({ extra_limits: [{ ...limit, allowed: false }] }))).toBe(true);
    expect(moreHoldsBack(of({ spend: { reached: true } }))).toBe(true);
  });
});
