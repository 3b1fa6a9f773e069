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

/** "91%". */
export function percent(share: number): string {
  return new Intl.NumberFormat(locale(), { style: 'percent' }).format(share);
}

/** "$12.35", "$0.0584": two decimals, four where it is less than a dollar; never nothing for what is not nothing. */
export function dollars(micro: number): string {
  const money = micro / 1_000_000;
  const maximumFractionDigits = money < 1 ? 4 : 2;
  const format = new Intl.NumberFormat(locale(), { style: 'currency', currency: 'USD', minimumFractionDigits: 2, maximumFractionDigits });
  return micro > 0 && money < 0.0001 ? `< ${format.format(0.0001)}` : format.format(money);
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
