// Counts as people read them.
import { locale } from '../i18n/i18n.svelte';

/** "12.4K". */
export function compact(count: number): string {
  return new Intl.NumberFormat(locale(), { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}

/** "12,438". */
export function whole(count: number): string {
  return new Intl.NumberFormat(locale()).format(count);
}
