// Times as people read them; every function takes `now` in milliseconds since 1970.
import { locale, t } from './i18n.svelte';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Milliseconds since 1970; `null` for an absent or unreadable time. */
export function instant(text: string | null | undefined): number | null {
  const value = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(value) ? null : value;
}

/** Two units at most: "3 d 4 h", "2 h 14 min", "14 min", "4 min 05 s", "42 s". Seconds only in the last ten minutes. */
export function span(ms: number): string {
  const left = Math.max(0, ms);
  if (left >= DAY) return pair('unit.d', Math.floor(left / DAY), 'unit.h', Math.floor((left % DAY) / HOUR));
  if (left >= HOUR) return pair('unit.h', Math.floor(left / HOUR), 'unit.min', Math.floor((left % HOUR) / MINUTE));
  const minutes = Math.floor(left / MINUTE);
  const seconds = Math.floor((left % MINUTE) / SECOND);
  if (minutes >= 10) return t('unit.min', { n: minutes });
  if (minutes >= 1) return pair('unit.min', minutes, 'unit.s', seconds);
  return t('unit.s', { n: seconds });
}

type Unit = 'unit.d' | 'unit.h' | 'unit.min' | 'unit.s';

function pair(first: Unit, a: number, second: Unit, b: number): string {
  if (b === 0) return t(first, { n: a });
  return t('unit.pair', { a: t(first, { n: a }), b: t(second, { n: b }) });
}

/** "in 2 h 14 min", or that it is due. */
export function until(at: number, now: number): string {
  return at - now < SECOND ? t('time.due') : t('time.in', { span: span(at - now) });
}

/** "just now", "2 min ago", in the language's own words. */
export function ago(at: number, now: number): string {
  const age = now - at;
  if (age < 45 * SECOND) return t('time.just_now');
  const words = new Intl.RelativeTimeFormat(locale(), { style: 'short' });
  if (age < HOUR) return words.format(-Math.max(1, Math.round(age / MINUTE)), 'minute');
  if (age < DAY) return words.format(-Math.round(age / HOUR), 'hour');
  return words.format(-Math.round(age / DAY), 'day');
}

/** Time of day today, with the date before that. */
export function moment(at: number, now: number): string {
  const short = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  const dated = { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(locale(), sameDay(at, now) ? short : dated).format(at);
}

/** Time of day as the person writes it: "16:40"; with the weekday or the date when it is not today. */
export function clock(at: number, now: number): string {
  return sameDay(at, now) ? timeOf(at) : dayAndTime(at, now);
}

/** From one time to another: "Saturday 19:30 – 20:49", with the second day only where it is another. */
export function period(from: number, to: number, now: number): string {
  const end = sameDay(from, to) ? timeOf(to) : dayAndTime(to, now);
  const start = sameDay(from, to) ? clock(from, now) : dayAndTime(from, now);
  return t('time.period', { from: start, to: end });
}

const sameDay = (a: number, b: number) => new Date(a).toDateString() === new Date(b).toDateString();
const timeOf = (at: number) => new Intl.DateTimeFormat(locale(), { timeStyle: 'short' }).format(at);

function dayAndTime(at: number, now: number): string {
  const near = Math.abs(at - now) < 6 * DAY;
  const day = new Intl.DateTimeFormat(locale(), near ? { weekday: 'long' } : { day: 'numeric', month: 'short' }).format(at);
  return t('time.day_clock', { day, time: timeOf(at) });
}

/** Date and time in full, for tooltips. */
export function exact(at: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}

/** A day of the calendar, of a text such as "2026-07-09" or of a moment. */
export function day(at: string | number): string {
  // A date without a time is midnight in UTC to `Date.parse`, whatever the person's zone.
  const zone = typeof at === 'string' ? { timeZone: 'UTC' } : {};
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', ...zone }).format(typeof at === 'string' ? Date.parse(at) : at);
}

/** A day of the near past in short, of a text such as "2026-11-21": "Sat, Nov 21". */
export function shortDay(day: string): string {
  const parts = { weekday: 'short', month: 'short', day: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(locale(), parts).format(Date.parse(day));
}

/** "Sat", of a text such as "2026-11-21". */
export function weekday(day: string): string {
  return new Intl.DateTimeFormat(locale(), { weekday: 'short', timeZone: 'UTC' }).format(Date.parse(day));
}

/** The day of a moment where the person is, as "2026-11-21". */
export function dayOf(at: number): string {
  const here = new Date(at);
  return new Date(Date.UTC(here.getFullYear(), here.getMonth(), here.getDate())).toISOString().slice(0, 10);
}

/** A measured duration: "840 ms", "3.2 s", "1 min 4 s". */
export function took(ms: number): string {
  if (ms < SECOND) return t('unit.ms', { n: ms });
  if (ms < MINUTE) return t('unit.s', { n: new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(ms / SECOND) });
  return span(ms);
}
