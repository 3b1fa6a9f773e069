import { describe, expect, it } from 'vitest';
import type { WhatIfView } from '../../api/types';
import { replayOf } from '../../dev/sample-replay';
import { SCENES } from '../../dev/scenes';
import { accountsOf, leastOf, stretchesOf, toggled } from './replay';

const view = replayOf(SCENES.usual!(), 'codex-pro-1', ['codex-pro-2']) as WhatIfView;

it('an account that is left out still has its column, for what happened', () => {
  expect(accountsOf(view)).toEqual(['codex-pro-1', 'codex-pro-2', 'codex-plus-3']);
  expect(view.scenarios[0]?.accounts.map((one) => one.account)).toEqual(['codex-pro-1', 'codex-plus-3']);
});

describe('the least of a figure', () => {
  const of = (...breaks: number[]) => breaks.map((cache_breaks) => ({ ...view.recorded, cache_breaks }));

  it('is nothing where all strategies are alike', () => {
    expect(leastOf(of(4, 2, 9), 'cache_breaks')).toBe(2);
    expect(leastOf(of(4, 4), 'cache_breaks')).toBeNull();
  });
});

describe('a dry time', () => {
  const day: WhatIfView = { ...view, from: '2026-11-22T00:00:00Z', to: '2026-11-22T10:00:00Z' };
  const span = (from: string, to: string) => ({ from: `2026-11-${from}:00Z`, to: `2026-11-${to}:00Z` });

  it('lies where it was, and is cut where the record ends', () => {
    expect(stretchesOf([span('22T02:00', '22T03:00')], day)).toEqual([{ start: 20, width: 10 }]);
    expect(stretchesOf([span('21T22:00', '22T01:00'), span('22T09:00', '22T23:00')], day)).toEqual([
      { start: 0, width: 10 },
      { start: 90, width: 10 },
    ]);
  });

  it('outside the record is not drawn, and nothing is without a record', () => {
    expect(stretchesOf([span('23T02:00', '23T03:00')], day)).toEqual([]);
    expect(stretchesOf([span('22T02:00', '22T03:00')], { ...day, from: null })).toEqual([]);
  });
});

it('accounts are left out and taken in again, but never all of them', () => {
  const all = ['a', 'b'];
  expect(toggled([], 'a', all)).toEqual(['a']);
  expect(toggled(['a'], 'b', all)).toEqual(['a']);
  expect(toggled(['a'], 'a', all)).toEqual([]);
});
