// Language and colours of the page: what is chosen in the settings, else what host or browser wish.
import type { SettingsView } from '../api/types';
import { pickLanguage, useLanguage } from '../text/i18n.svelte';

/** What the host named in the address, else what the browser is set to. */
const wishes = new URLSearchParams(location.search);

export function languageOf(chosen: SettingsView['language']['value'] | null): string[] {
  if (chosen !== null && chosen !== 'system') return [chosen];
  const named = wishes.get('lang');
  return named ? [named] : [...navigator.languages];
}

export function themeOf(chosen: SettingsView['theme']['value'] | null): 'light' | 'dark' | null {
  const wish = chosen !== null && chosen !== 'system' ? chosen : wishes.get('theme');
  return wish === 'light' || wish === 'dark' ? wish : null;
}

/** Shows the page as the settings say; null before they are known. */
export async function appear(settings: SettingsView | null): Promise<void> {
  const theme = themeOf(settings?.theme.value ?? null);
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  await useLanguage(pickLanguage(languageOf(settings?.language.value ?? null)));
}
