import { afterEach, describe, expect, it } from 'vitest';
import type { UsageRow, UsageSums, UsageView } from '../../api/types';
import { accountOf, requestOf } from '../../dev/samples';
import { usageOf } from '../../dev/sample-usage';
import { SCENES } from '../../dev/scenes';
import { useLanguage } from '../../text/i18n.svelte';
import { barOf, byName, captionOf, daysOf, firstBy, mostInput, nameOf, offeredBy, spanName } from './sums';
import { sinceText, uncountedText } from './usage';

afterEach(() => useLanguage('en'));

const NONE: UsageSums = {
  requests: 1, counted: 1, input_tokens: 0, cached_tokens: 0, cache_write_tokens: 0, output_tokens: 0, reasoning_tokens: 0, priced: 0,
};
const sumsOf = (input_tokens: number, cached_tokens: number): UsageSums => ({ ...NONE, input_tokens, cached_tokens });
const rowOf = (key: string | null, sums: UsageSums = NONE): UsageRow => ({ key, sums });
const viewOf = (part: Partial<UsageView>): UsageView => ({
  by: 'day',
  from: '2026-11-20T12:00:00Z',
  to: '2026-11-22T12:00:00Z',
  recorded_since: '2026-01-01T12:00:00Z',
  rows: [],
  total: NONE,
  prices: { package: 'genai-prices', version: '0.2.3', date: '2026-11-27' },
  ...part,
});

describe('what sums are compared by', () => {
  it('is the tool only where there are several, or where that is picked already', () => {
    expect(offeredBy(1, 'day')).toEqual(['tool', 'account', 'model', 'day']);
    expect(offeredBy(2, 'day')[0]).toBe('client');
    expect(offeredBy(1, 'client')).toContain('client');
    expect([0, 1, 2].map(firstBy)).toEqual(['tool', 'tool', 'client']);
  });

  it('is called as the rest of the dashboard calls it', async () => {
    expect(byName('client')).toBe('Tool');
    expect(byName('tool')).toBe('Program');
    expect([1, 7].map(spanName)).toEqual(['Today', '7 days']);
    expect([captionOf('account', 30), captionOf('tool', 1)]).toEqual(['Last 30 days by account', 'Today by program']);
    await useLanguage('ja');
    expect(captionOf('account', 30)).toBe('過去30日間（アカウント別）');
  });
});

describe('the name of a row', () => {
  const accounts = [accountOf(1, 'codex-pro-1', { display_name: 'Mai (work)' }), accountOf(2, 'codex-pro-2', {})];
  const named = (key: string | null, by: UsageView['by']) => {
    const { text, short } = nameOf(rowOf(key), by, accounts);
    return [text, short];
  };

  it('is how the person calls the account, with the short name where that is another', () => {
    expect(named('codex-pro-1', 'account')).toEqual(['Mai (work)', 'codex-pro-1']);
    expect(named('codex-pro-2', 'account')).toEqual(['codex-pro-2', null]);
    expect(named('gone-since', 'account')).toEqual(['gone-since', null]);
  });

  it('is there also where no account served, or nobody knows which program asked', () => {
    expect(named(null, 'account')).toEqual(['No account', null]);
    expect(named(null, 'tool')).toEqual(['Not known', null]);
  });

  it('of a day is that day everywhere in the world, as the language writes it', async () => {
    expect(named('2026-11-21', 'day')[0]).toMatch(/^Sat,? .*21/);
    await useLanguage('vi');
    expect(named('2026-11-21', 'day')[0]).toMatch(/^Th 7|Thứ 7/);
  });
});

describe('the bar of a row', () => {
  it('is its part of the greatest input, with the part of that from the cache', () => {
    expect(mostInput([rowOf('a', sumsOf(200, 0)), rowOf('b', sumsOf(400, 0))])).toBe(400);
    expect(barOf(sumsOf(200, 150), 400)).toEqual({ cached: 37.5, fresh: 12.5 });
  });

  it('is never longer than its input, and is nothing where there is none', () => {
    expect(barOf(sumsOf(100, 130), 100)).toEqual({ cached: 100, fresh: 0 });
    expect(barOf(sumsOf(0, 0), mostInput([]))).toEqual({ cached: 0, fresh: 0 });
  });
});

describe('the days of sums', () => {
  it('are all of the span, oldest first, those without requests too', () => {
    const days = daysOf(viewOf({ rows: [rowOf('2026-11-22'), rowOf('2026-11-20')] }));
    expect(days.map(({ day, sums }) => [day, sums !== null])).toEqual([['2026-11-20', true], ['2026-11-21', false], ['2026-11-22', true]]);
  });

  it('begin with the oldest record, for of earlier ones nothing is known', () => {
    const days = daysOf(viewOf({ recorded_since: '2026-11-21T12:00:00Z', rows: [rowOf('2026-11-21')] }));
    expect(days.map(({ day }) => day)).toEqual(['2026-11-21', '2026-11-22']);
  });

  it('hold each day that the engine named, wherever its days begin', () => {
    const days = daysOf(viewOf({ rows: [rowOf('2026-11-23'), rowOf('2026-11-19')] }));
    expect(days.map(({ day }) => day)).toEqual(['2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23']);
  });
});

describe('what sums leave out', () => {
  it('is said where the record is younger than the span', () => {
    expect(sinceText(viewOf({}))).toBeNull();
    expect(sinceText(viewOf({ recorded_since: null }))).toBeNull();
    expect(sinceText(viewOf({ recorded_since: '2026-11-21T12:00:00Z' }))).toBe('The sums cover the requests that are still kept: those since Nov 21, 2026.');
  });

  it('is said of requests whose tokens nobody counted', () => {
    expect(uncountedText({ ...NONE, requests: 2, counted: 2 })).toBeNull();
    expect(uncountedText({ ...NONE, requests: 1_002, counted: 0 })).toMatch(/^The provider reported no tokens for 1,002 requests/);
  });
});

it('the sums of the made-up engine come to the same, whatever they are put together by', () => {
  const snapshot = { ...SCENES.usual!(), recent: [requestOf(1, 0, {}), requestOf(2, 0, { model: 'gpt-5.6-mini' })] };
  for (const days of ['1', '7', '30', '90']) {
    const views = ['client', 'tool', 'account', 'model', 'day'].map((by) => usageOf(snapshot, new URLSearchParams({ by, days })));
    for (const { by, rows, total } of views) {
      const sum = (of: (sums: UsageSums) => number) => rows.reduce((so_far, row) => so_far + of(row.sums), 0);
      expect([by, sum((one) => one.requests), sum((one) => one.input_tokens), sum((one) => one.at_api_prices_micro_usd ?? 0)]).toEqual([
        by, total.requests, total.input_tokens, total.at_api_prices_micro_usd ?? 0,
      ]);
      expect(rows.every((row) => row.sums.requests > 0)).toBe(true);
    }
    expect(views.every(({ total }) => total.requests === views[0]?.total.requests)).toBe(true);
  }
});
