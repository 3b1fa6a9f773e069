// Counts as people read them.
import { locale } from './i18n.svelte';

/** "12.4K". */
export function compact(count: number): string {
  return new Intl.NumberFormat(locale(), { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}

/** "12.4". */
export function tenths(count: number): string {
  return new Intl.NumberFormat(locale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(count);
}

/** "12,438". */
export function whole(count: number): string {
  return new Intl.NumberFormat(locale()).format(count);
}

/** "840 bytes", "12.4 kB", "3.1 MB"; a thousand of one unit make the next. */
export function bytes(count: number): string {
  if (count < 1000) return inUnit(count, 'byte', 'long');
  return count < 999_950 ? inUnit(count / 1000, 'kilobyte', 'short') : inUnit(count / 1_000_000, 'megabyte', 'short');
}

function inUnit(count: number, unit: string, unitDisplay: 'short' | 'long'): string {
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 }).format(count);
}

/** An estimate, to two figures: "44K". */
export function rough(count: number): string {
  return new Intl.NumberFormat(locale(), { notation: 'compact', maximumSignificantDigits: 2 }).format(count);
}
