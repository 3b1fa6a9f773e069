import { afterEach, describe, expect, it } from 'vitest';
import { asText, fill, pickLanguage, t, tCount, tMaybe, useLanguage } from './i18n.svelte';

afterEach(() => useLanguage('en'));

describe('the choice of a language', () => {
  it('takes the first wish that has a catalogue', () => {
    expect(pickLanguage(['de-DE', 'vi-VN', 'ja'])).toBe('vi');
    expect(pickLanguage(['zh-Hant-TW'])).toBe('zh');
  });

  it('falls back to English', () => {
    expect(pickLanguage(['de', 'fr-CA'])).toBe('en');
    expect(pickLanguage([])).toBe('en');
  });
});

describe('a text', () => {
  it('has its placeholders filled and unknown ones left standing', () => {
    expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}');
  });

  it('takes the form that the language has for a count', async () => {
    expect(tCount('accounts.count', 1)).toBe('1 account');
    expect(tCount('accounts.count', 0)).toBe('0 accounts');
    await useLanguage('ja');
    expect(tCount('accounts.count', 1)).toBe('1件');
  });

  it('follows the language', async () => {
    await useLanguage('vi');
    expect(t('nav.accounts')).toBe('Tài khoản');
  });

  it('of several sentences is set as the language sets it', async () => {
    expect(asText(['One.', 'Two.'])).toBe('One. Two.');
    await useLanguage('zh');
    expect(asText(['一。', '二。'])).toBe('一。二。');
  });

  it('is absent for a name that nobody translated', () => {
    expect(tMaybe('state.invented')).toBeNull();
  });
});
