import { afterEach, describe, expect, it } from 'vitest';
import { useLanguage } from './i18n.svelte';
import { bytes, compact, dollars, percent, rough, whole } from './numbers';

afterEach(() => useLanguage('en'));

describe('a size', () => {
  it('is told in the unit that fits', () => {
    expect([0, 1, 999].map(bytes)).toEqual(['0 bytes', '1 byte', '999 bytes']);
    expect([1000, 12_440, 999_949].map(bytes)).toEqual(['1 kB', '12.4 kB', '999.9 kB']);
    expect([999_950, 3_140_000].map(bytes)).toEqual(['1 MB', '3.1 MB']);
  });

  it('is written as the language writes it', async () => {
    await useLanguage('vi');
    expect(bytes(12_440)).toBe('12,4 kB');
  });
});

describe('money', () => {
  it('has cents, finer ones below a dollar, and is never nothing where it is something', () => {
    expect([0, 1, 58_409, 999_900, 12_345_678, 1_234_567_890_000].map(dollars)).toEqual([
      '$0.00', '< $0.0001', '$0.0584', '$0.9999', '$12.35', '$1,234,567.89',
    ]);
  });

  it('is written as the language writes it, and stays dollars', async () => {
    await useLanguage('vi');
    expect(dollars(12_345_678)).toBe('12,35\u00a0US$');
    expect(percent(0.913)).toBe('91%');
  });
});

it('an estimate has two figures, a count in short one decimal, a whole count all', () => {
  expect([0, 44_032, 638_400].map(rough)).toEqual(['0', '44K', '640K']);
  expect([912, 48_211].map(compact)).toEqual(['912', '48.2K']);
  expect(whole(48_211)).toBe('48,211');
});
