// Counts as people read them.
import { language } from '../i18n/i18n.svelte';

/** "12.4K". */
export function compact(count: number): string {
  return new Intl.NumberFormat(language(), { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}

/** "12,438". */
export function whole(count: number): string {
  return new Intl.NumberFormat(language()).format(count);
}
