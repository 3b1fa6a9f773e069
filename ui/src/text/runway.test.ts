import { afterEach, describe, expect, it } from 'vitest';
import type { RunwayView } from '../api/types';
import { useLanguage } from './i18n.svelte';
import { forecastOf } from './runway';

const now = Date.parse('2026-11-22T14:30:00Z');
const today = (time: string) => `2026-11-22T${time}:00Z`;
const dry: RunwayView = {
  outlook: 'runs_dry',
  window: 'five_hour',
  dry_at: today('16:40'),
  earliest: today('16:10'),
  latest: today('17:30'),
  returns_at: today('17:15'),
};
const words = (runway: RunwayView, whose: 'account' | 'pool' = 'account') => forecastOf(runway, whose, now)?.text;

// A language whose plain form writes 16:40; English without a country writes 4:40 PM.
const inVietnamese = () => useLanguage('vi');
afterEach(() => useLanguage('en'));

describe('a forecast', () => {
  it('says nothing where nothing is known', () => {
    expect(forecastOf({ outlook: 'silent', dry_at: today('16:40') }, 'account', now)).toBeNull();
  });

  it('names the time, the range and the return', () => {
    const clocks = words(dry)?.replaceAll(/(\d+):(\d+)\sPM/g, (_, hour, minute) => `${Number(hour) + 12}:${minute}`);
    expect(clocks).toBe('Exhausted at about 16:40 (between 16:10 and 17:30); capacity returns 17:15');
  });

  it('names the earliest alone where the slowest pace would last', async () => {
    await inVietnamese();
    expect(words({ ...dry, latest: null })).toBe('Dùng hết vào khoảng 16:40 (sớm nhất 16:10); có lại hạn mức lúc 17:15');
  });

  it('has no range where there is none', async () => {
    await inVietnamese();
    expect(words({ outlook: 'runs_dry', dry_at: today('16:40') })).toBe('Dùng hết vào khoảng 16:40');
    expect(words({ outlook: 'runs_dry', dry_at: today('16:40'), earliest: today('16:40'), latest: today('16:40') })).toBe('Dùng hết vào khoảng 16:40');
  });

  it('does not name a time that is there already', async () => {
    await inVietnamese();
    expect(words({ ...dry, dry_at: today('14:30') })).toBe('Sắp dùng hết bất cứ lúc nào; có lại hạn mức lúc 17:15');
  });

  it('of an exhausted account names its return, unless that is past', async () => {
    expect(words({ outlook: 'dry', returns_at: today('14:00') })).toBe('Exhausted now');
    expect(words({ outlook: 'dry' })).toBe('Exhausted now');
    await inVietnamese();
    expect(words({ outlook: 'dry', returns_at: today('17:15') })).toBe('Hiện đã dùng hết; trở lại lúc 17:15');
  });

  it('of a pool does not speak of a reset', () => {
    expect(words({ outlook: 'lasts' })).toBe('Lasts until its reset at this pace');
    expect(words({ outlook: 'lasts' }, 'pool')).toBe('The pool will not be exhausted at this pace');
  });
});
