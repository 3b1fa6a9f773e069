// How sums by tool, account, client, model or day are named, set beside each other, and drawn.
import type { Snapshot, UsageBy, UsageRow, UsageSums, UsageView } from '../../api/types';
import { USAGE_BY } from '../../api/types';
import { capitalised, t, tCount } from '../../text/i18n.svelte';
import { dayOf, instant, shortDay } from '../../text/time';

/** Days that sums can cover, today among them. */
export const SPANS = [1, 7, 30, 90] as const;
export type SpanDays = (typeof SPANS)[number];

const DAY = 24 * 3_600_000;

/** Tools are told apart only where there are several; what is picked stays. */
export function offeredBy(tools: number, picked: UsageBy): readonly UsageBy[] {
  return USAGE_BY.filter((by) => by !== 'client' || tools > 1 || picked === 'client');
}

/** What a person with so many tools asks first: which of them used how much. */
export const firstBy = (tools: number): UsageBy => (tools > 1 ? 'client' : 'tool');

export const spanName = (days: number) => (days === 1 ? t('usage.today') : t('usage.span_days', { n: days }));
export const byName = (by: UsageBy) => capitalised(t(`usage.by.${by}`));

/** "Last 30 days by account". */
export function captionOf(by: UsageBy, days: number): string {
  const span = days === 1 ? t('usage.today') : tCount('usage.days', days);
  return t('usage.caption', { span, by: t(`usage.by.${by}`) });
}

export interface RowName {
  text: string;
  /** The short name, where another one is shown. */
  short: string | null;
  kind: 'words' | 'identifier' | 'unknown';
}

/** What a row is of; requests that no account served, or of which it is not known, have a row too. */
export function nameOf(row: UsageRow, by: UsageBy, accounts: Snapshot['accounts']): RowName {
  const key = row.key ?? null;
  if (key === null) return { text: capitalised(by === 'account' ? t('requests.no_account') : t('usage.unknown')), short: null, kind: 'unknown' };
  if (by === 'day') return { text: shortDay(key), short: null, kind: 'words' };
  if (by !== 'account') return { text: key, short: null, kind: by === 'client' ? 'words' : 'identifier' };
  const shown = accounts.find((account) => account.name === key)?.display_name ?? key;
  return { text: shown, short: shown === key ? null : key, kind: 'words' };
}

/** Input from the cache and other input, as parts of `most`, in percent. */
export interface Bar {
  cached: number;
  fresh: number;
}

export function barOf(sums: UsageSums, most: number): Bar {
  const cached = Math.min(sums.cached_tokens, sums.input_tokens);
  const part = (tokens: number) => (most > 0 ? (tokens / most) * 100 : 0);
  return { cached: part(cached), fresh: part(sums.input_tokens - cached) };
}

export const mostInput = (rows: readonly UsageRow[]) => Math.max(0, ...rows.map((row) => row.sums.input_tokens));

/** Every day that the sums cover, oldest first; `null` for one without requests. */
export function daysOf(usage: UsageView): { day: string; sums: UsageSums | null }[] {
  const sums = new Map(usage.rows.flatMap((row) => (row.key ? [[row.key, row.sums] as const] : [])));
  const ends = [usage.from, usage.to].map((end) => instant(end) ?? 0);
  // Of the days before the oldest record nothing is known, which is not the same as nothing.
  const since = Math.max(ends[0] ?? 0, instant(usage.recorded_since) ?? 0);
  // The engine's days may begin elsewhere than those here, so that its own are counted too.
  const known = [...sums.keys(), dayOf(since), dayOf(ends[1] ?? since)].sort();
  const [first = '', last = ''] = [known[0], known.at(-1)];
  const count = Math.round((Date.parse(last) - Date.parse(first)) / DAY) + 1;
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(Date.parse(first) + index * DAY).toISOString().slice(0, 10);
    return { day, sums: sums.get(day) ?? null };
  });
}
