// How long quota will last, in a sentence; nothing where nothing can be said.
import { t } from './i18n.svelte';
import type { RunwayView } from '../api/types';
import type { Tone } from './tones';
import { clock, instant } from './time';

/** A forecast this close is not told by the clock. */
const SOON = 60_000;

export interface Forecast {
  tone: Tone;
  text: string;
}

/** `null` where the runway is silent. A pool has no reset of its own, so that its words differ. */
export function forecastOf(runway: RunwayView, whose: 'account' | 'pool', now: number): Forecast | null {
  switch (runway.outlook) {
    case 'silent':
      return null;
    case 'lasts':
      return { tone: 'quiet', text: t(whose === 'pool' ? 'runway.pool_lasts' : 'runway.lasts') };
    case 'runs_dry':
      return { tone: 'warn', text: runsDry(runway, now) };
    case 'dry': {
      const back = instant(runway.returns_at);
      const coming = back !== null && back > now;
      // An account's own state says already that it is exhausted, or that credits pay for it.
      return { tone: whose === 'pool' ? 'bad' : 'quiet', text: coming ? t('runway.exhausted_back', { time: clock(back, now) }) : t('runway.exhausted') };
    }
  }
}

function runsDry(runway: RunwayView, now: number): string {
  const forecast = exhaustedAt(runway, now);
  const back = instant(runway.returns_at);
  return back === null ? forecast : t('runway.then_back', { forecast, time: clock(back, now) });
}

function exhaustedAt(runway: RunwayView, now: number): string {
  const best = instant(runway.dry_at) ?? instant(runway.earliest);
  if (best === null || best - now < SOON) return t('runway.exhausted_soon');
  const time = clock(best, now);
  const from = clock(instant(runway.earliest) ?? best, now);
  const latest = instant(runway.latest);
  const to = latest === null ? null : clock(latest, now);
  if (from === time && (to === null || to === time)) return t('runway.exhausted_at', { time });
  return to === null ? t('runway.exhausted_at_from', { time, from }) : t('runway.exhausted_at_between', { time, from, to });
}
