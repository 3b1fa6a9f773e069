import { afterEach, describe, expect, it } from 'vitest';
import { useLanguage } from './i18n.svelte';
import { ago, clock, dayOf, instant, moment, period, shortDay, span, took, until, weekday } from './time';

const now = Date.parse('2026-11-22T14:30:00Z');
const s = 1000;
const min = 60 * s;
const h = 60 * min;
const d = 24 * h;

afterEach(() => useLanguage('en'));

describe('a countdown', () => {
  it('names two units at most and seconds only near the end', () => {
    expect(span(3 * d + 4 * h + 59 * min)).toBe('3 d 4 h');
    expect(span(2 * h + 14 * min + 40 * s)).toBe('2 h 14 min');
    expect(span(14 * min + 40 * s)).toBe('14 min');
    expect(span(4 * min + 5 * s)).toBe('4 min 5 s');
    expect(span(42 * s)).toBe('42 s');
  });

  it('leaves out a second unit that is nothing', () => {
    expect(span(2 * d)).toBe('2 d');
    expect(span(h)).toBe('1 h');
  });

  it('never goes below nothing', () => {
    expect(span(-5 * s)).toBe('0 s');
    expect(until(now - 5 * s, now)).toBe('any moment');
    expect(until(now + 42 * s, now)).toBe('in 42 s');
  });

  it('is written as the language writes it', async () => {
    await useLanguage('ja');
    expect(until(now + 2 * h + 14 * min, now)).toBe('2時間14分後');
    await useLanguage('zh');
    expect(until(now + 2 * h + 14 * min, now)).toBe('2 小时 14 分后');
  });
});

describe('a time that has passed', () => {
  it('is told in the unit that fits', () => {
    expect(ago(now - 10 * s, now)).toBe('just now');
    expect(ago(now - 50 * s, now)).toMatch(/^1 min/);
    expect(ago(now - 2 * min, now)).toMatch(/^2 min/);
    expect(ago(now - 3 * h, now)).toMatch(/^3 h/);
    expect(ago(now - 5 * d, now)).toMatch(/^5 days/);
  });

  it('carries its date once it was not today', () => {
    expect(moment(now - 2 * min, now)).toBe('14:28:00');
    expect(moment(now - d, now)).toContain('21');
  });

  it('is nothing where the engine named none', () => {
    expect(instant(null)).toBeNull();
    expect(instant('soon')).toBeNull();
    expect(instant('2026-11-22T14:30:00Z')).toBe(now);
  });
});

describe('a time of day', () => {
  it('stands alone today and with its day otherwise', () => {
    expect(clock(now + 2 * h, now)).toMatch(/^(16:30|4:30\sPM)$/);
    expect(clock(now + 2 * d, now)).toMatch(/^Tuesday /);
    expect(clock(now - 2 * d, now)).toMatch(/^Friday /);
    expect(clock(now + 9 * d, now)).toMatch(/Dec/);
  });

  it('of a period names the day of its end only where that is another', async () => {
    await useLanguage('vi');
    expect(period(now - 2 * h, now - h, now)).toBe('12:30 – 13:30');
    expect(period(now - d - 2 * h, now - d, now)).toBe('12:30 Thứ Bảy – 14:30');
    expect(period(now - d, now, now)).toBe('14:30 Thứ Bảy – 14:30 Chủ Nhật');
  });

  it('puts the day where the language puts it', async () => {
    await useLanguage('vi');
    expect(clock(now + 2 * d, now)).toBe('14:30 Thứ Ba');
    await useLanguage('ja');
    expect(clock(now + 2 * d, now)).toBe('火曜日 14:30');
  });
});

it('a duration is told with the precision that matters', () => {
  expect(took(840)).toBe('840 ms');
  expect(took(12_480)).toBe('12.5 s');
  expect(took(64_300)).toBe('1 min 4 s');
});

it('a day of a chart is told in short, the same in every zone, and as the language writes it', async () => {
  expect([shortDay('2026-11-21'), weekday('2026-11-21')]).toEqual(['Sat, Nov 21', 'Sat']);
  expect(dayOf(new Date(2026, 10, 21, 23, 59).getTime())).toBe('2026-11-21');
  expect(dayOf(new Date(2026, 10, 21).getTime())).toBe('2026-11-21');
  await useLanguage('zh');
  expect([shortDay('2026-11-21'), weekday('2026-11-21')]).toEqual(['11月21日周六', '周六']);
});
